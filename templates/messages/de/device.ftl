# Ein Gerät mit dem Code einlassen, den es zeigt.
device-title = Ein Gerät einlassen
device-lead = Geben Sie den Code ein, den Ihr Gerät zeigt.
device-carried = Vergleichen Sie diesen Code mit dem, den Ihr Gerät zeigt.
device-code = Code
    .hint = Acht Buchstaben. Großschreibung, Striche und Leerzeichen sind gleich.
device-only-yours = Machen Sie nur weiter, wenn Sie das gerade eben selbst auf einem eigenen Gerät begonnen haben. Niemand vom Support wird Sie je darum bitten.
device-continue = Weiter
device-wrong = Dieser Code stimmt nicht, oder nicht mehr. Vergleichen Sie ihn mit Ihrem Gerät, oder lassen Sie das Gerät einen neuen zeigen.
device-too-many = Das waren zu viele falsche Codes. Warten Sie einige Minuten und versuchen Sie es noch einmal.
# Auf der Seite, die fragt.
device-asks = Ein { $device } bittet um Einlass.
    .device = Gerät
    .title = Ein Gerät bittet um Einlass
    .warning = Niemand vom Support wird Sie je darum bitten.
device-compare = Ihr Gerät muss diesen Code zeigen
device-asked-from = Gefragt von
device-asked-with = Gefragt mit
device-asked-at = Gefragt
device-silent = einem Programm, das sich nicht nennt
device-reads-only = · ein Gerät kann es nur lesen
device-own = Ich habe das auf meinem eigenen Gerät begonnen
    .needed = Haken Sie an, dass Sie das auf Ihrem eigenen Gerät begonnen haben. Wenn nicht, erlauben Sie es nicht.
# Wenn entschieden ist.
device-allowed = Ihr Gerät ist eingelassen
    .text = { $app } macht in wenigen Sekunden von selbst weiter. Sie können diese Seite schließen.
device-denied = Ihr Gerät ist nicht eingelassen
    .text = { $app } erfährt das und kann nichts lesen. Sie können diese Seite schließen.
device-see = Sehen, was Zugriff hat
