dev-mail-title = E-Mails
dev-mail-lead = Was dieser Entwicklungsserver gesendet hätte, das Neueste zuerst. Es bleibt so lange, wie der Prozess läuft.
dev-mail-script = Ein Skript wartet auf die nächste mit { $request }.
dev-mail-empty = Noch wurde nichts gesendet
    .text = Eine E-Mail wird gesendet, wenn eine Verbindung zum Schutz von jemandem beendet oder an zwei Orten benutzt wird. Sie erscheint dann hier.
dev-mail-to = an { $address },
dev-mail-open = Link darin öffnen
