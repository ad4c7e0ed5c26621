# Die Projekte einer Organisation, und eines davon.
projects-title = Projekte
    .lead = Eine App, ein Gerät oder ein Schlüssel sieht ein Projekt, und kein anderes.
    .all = Alle
    .none = Es gibt noch kein Projekt, das Sie sehen dürfen.
    .disabled = abgeschaltet
    .limited = nur für manche Mitglieder
    .since = seit
projects-new = Ein neues Projekt
    .act = Projekt anlegen
    .name = Eine Bezeichnung hat 1 bis 100 Zeichen in einer Zeile.
    .slug = Ein Kurzname hat 1 bis 63 Zeichen aus a–z, 0–9 und Bindestrichen, keinen davon am Rand.
    .taken = Ein Projekt mit diesem Kurznamen gibt es hier oder gab es. Kurznamen werden nie zweimal vergeben: Wählen Sie einen anderen.
projects-name = Bezeichnung des Projekts
projects-one = Projekt
projects-off = Dieses Projekt ist abgeschaltet
    .text = Keine App, kein Gerät und kein Schlüssel erreicht es, bis jemand es wieder einschaltet.
projects-rename = Bezeichnung
    .act = Bezeichnung speichern
    .note = Der Kurzname bleibt.
projects-disable = Abschalten
    .text = Solange das Projekt abgeschaltet ist, erreicht es keine App, kein Gerät und kein Schlüssel. Sie bleiben, wie sie sind, und erreichen es wieder, wenn es eingeschaltet ist.
    .act = Projekt abschalten
projects-enable = Einschalten
    .text = Was Zugriff hat, erreicht das Projekt wieder.
    .act = Projekt einschalten
projects-delete = { $project } löschen?
    .heading = Löschen
    .text = Das Projekt verschwindet, und jede Verbindung und jeder Schlüssel dazu endet sofort.
    .act = Projekt löschen
    .connections = { $count ->
        [0] Keine App und kein Gerät ist damit verbunden.
        [one] Eine Verbindung einer App oder eines Geräts endet.
       *[other] { $count } Verbindungen von Apps und Geräten enden.
    }
    .keys = { $count ->
        [0] Es hat keinen API-Schlüssel.
        [one] Ein API-Schlüssel wirkt nicht mehr.
       *[other] { $count } API-Schlüssel wirken nicht mehr.
    }
    .data = Das Projekt selbst, und sein Kurzname, der nie wieder vergeben wird.
    .at-once = Das geschieht sofort und lässt sich nicht zurücknehmen. Was andere Systeme vom Projekt aufbewahren, gehört ihnen; sie erfahren, dass es nicht mehr da ist.
    .label = Geben Sie zur Bestätigung den Kurznamen des Projekts ein:
    .wrong = Das ist nicht der Kurzname des Projekts.
