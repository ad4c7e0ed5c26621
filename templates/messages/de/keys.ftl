# Die API-Schlüssel einer Organisation.
keys-title = API-Schlüssel
    .lead = Ein Schlüssel ist für ein Programm ohne Menschen: Er sieht ein Projekt, und liest es oder sendet dorthin. Er endet mit Ihrer Mitgliedschaft, wenn Sie ihn angelegt haben.
    .all = Schlüssel
    .none = Es gibt noch keinen Schlüssel.
    .back = Zurück zu den Schlüsseln
keys-row =
    .project = Projekt
    .can = kann { $acts }
    .until = bis
    .used = zuletzt benutzt
    .never = nie benutzt
    .from = von
    .minute = { $count ->
        [0] keine Grenze je Minute
        [one] einmal je Minute
       *[other] { $count }-mal je Minute
    }
    .month = { $count ->
        [0] keine Grenze je Monat
        [one] einmal je Monat
       *[other] { $count }-mal je Monat
    }
    .overlap = der Text davor gilt bis
    .broken = wirkt gerade nicht
    .rotate = Ersetzen
    .revoke = Zurücknehmen
keys-new = Ein neuer Schlüssel
    .act = Schlüssel anlegen
    .no-project = Ein Schlüssel ist für ein Projekt, und es gibt noch keines. Legen Sie zuerst eines an.
    .no-scope = Nichts auf diesem Server nimmt bisher Schlüssel an.
keys-name = Wie Sie ihn nennen
keys-project = Für welches Projekt
keys-scopes = Was er darf
keys-scope =
    .reads = liest
    .ingests = nimmt auf
keys-days = Tage, bis er endet
    .hint = Wie auf diesem Server üblich, wenn Sie nichts eintragen.
keys-addresses = Netze, aus denen er benutzt werden darf
    .hint = Eines je Zeile, etwa 192.0.2.0/24. Von überall, wenn Sie nichts eintragen.
keys-per-minute = Benutzungen je Minute
    .hint = 0 ist keine Grenze; wie auf diesem Server üblich, wenn Sie nichts eintragen.
keys-per-month = Benutzungen je Monat
    .hint = 0 ist keine Grenze; wie auf diesem Server üblich, wenn Sie nichts eintragen.
keys-wrong =
    .name = Eine Bezeichnung hat 1 bis 100 Zeichen in einer Zeile.
    .scopes = Wählen Sie mindestens eines, das der Schlüssel darf.
    .days = Ein Schlüssel lebt 1 bis 3650 Tage.
    .addresses = Das ist weder eine Adresse noch ein Netz: Schreiben Sie 192.0.2.7, 192.0.2.0/24 oder 2001:db8::/32.
    .per_minute = Schreiben Sie eine Zahl, oder nichts.
    .per_month = Schreiben Sie eine Zahl, oder nichts.
    .refused = Dieser Schlüssel lässt sich nicht anlegen. Prüfen Sie Ihre Auswahl, und versuchen Sie es noch einmal.
    .lately = Dieser Schlüssel wurde kürzlich ersetzt, und der Text davor gilt noch. Ersetzen Sie ihn wieder, wenn das vorbei ist.
keys-made = Der Schlüssel ist angelegt
    .once = Kopieren Sie ihn jetzt: Er wird nicht noch einmal gezeigt.
    .note = Bewahren Sie ihn auf wie ein Passwort. Wer ihn hat, ist Ihr Programm.
keys-rotated = Der Schlüssel hat einen neuen Text
    .once = Kopieren Sie ihn jetzt: Er wird nicht noch einmal gezeigt.
    .note = Der Text davor gilt noch eine Weile, damit Sie ihn ohne Lücke austauschen können.
