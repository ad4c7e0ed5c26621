# Die Verwaltung des Servers, für die, die ihn betreiben.
administration-menu = Verwaltung
    .account = Ihr Konto
    .overview = Überblick
    .people = Menschen
    .organizations = Organisationen
    .clients = Apps und Dienste
    .keys = Signaturschlüssel
    .providers = Anbieter zum Anmelden
    .mail = Post
    .settings = Einstellungen
administration-next = Weitere zeigen
administration-search = Beginnt mit
    .act = Suchen
administration-title = Verwaltung
    .lead = Sie betreiben diesen Server. Was Sie hier tun, wird unter Ihrem Namen festgehalten.
    .open = Verwaltung öffnen
administration-health = Wie es ihm geht
    .database = Datenbank
    .sqlite = SQLite, nur für diesen Prozess
    .postgresql = PostgreSQL, geteilt
    .version = Fassung
    .address = Adresse
    .mail = Post
    .sends = wird versendet
    .sends-not = wird nicht versendet: Niemand kann eine Adresse bestätigen oder ein neues Passwort bekommen
    .backups = Sicherungen
    .newest = die neueste entstand
    .none-yet = noch keine; die erste entsteht zur nächsten Stunde des Zeitplans
    .elsewhere = dieser Server macht keine nach Zeitplan
    .providers = Anbieter zum Anmelden
    .troubled = { $count ->
        [0] keiner in Schwierigkeiten
        [one] einer in Schwierigkeiten
       *[other] { $count } in Schwierigkeiten
    }
administration-numbers = Was es gibt
    .people = Menschen
    .organizations = Organisationen
    .clients = Verschiedene Apps
    .mails = Wartende Post
administration-people = Menschen
    .lead = Alle mit einem Konto, nach ihrer Adresse.
    .find = Jemanden suchen
    .all = In der Reihenfolge ihrer Adressen
    .none = Niemand ab dieser Stelle.
administration-person = Konto
    .since = seit
    .disabled = abgeschaltet
    .operator = betreibt diesen Server
    .confirmed = Adresse bestätigt
    .unconfirmed = Adresse nicht bestätigt
    .password = hat ein Passwort
    .no-password = hat kein Passwort
    .factors = { $count ->
        [0] kein zweiter Faktor
        [one] ein zweiter Faktor
       *[other] { $count } zweite Faktoren
    }
    .sessions = { $count ->
        [0] nirgends angemeldet
        [one] in einem Browser angemeldet
       *[other] in { $count } Browsern angemeldet
    }
    .connections = { $count ->
        [0] keine Verbindung
        [one] eine Verbindung
       *[other] { $count } Verbindungen
    }
    .leaves = wird gelöscht
administration-memberships = Organisationen
    .none = Keine.
    .member = Mitglied
    .admin = verwaltet sie
    .owner = sie gehört ihnen
administration-person-acts = Was Sie tun können
    .text = Die Person sieht alles davon in ihrem Konto.
    .disable = Konto abschalten
    .enable = Konto einschalten
    .end-sessions = Überall abmelden
    .remove-factors = Zweite Faktoren entfernen
    .erase = Konto löschen …
administration-erase = { $address } löschen?
    .account = Das Konto, und alles, was über den Menschen gespeichert ist.
    .access = Jede Verbindung und jeder API-Schlüssel in seinem Namen.
    .memberships = Jede Mitgliedschaft. Was eine Organisation hat, bleibt ihr, wenn sie noch jemandem gehört.
    .at-once = Das geschieht sofort und lässt sich nicht zurücknehmen.
    .act = Konto löschen
    .label = Geben Sie zur Bestätigung die Adresse des Kontos ein
    .wrong = Das ist nicht die Adresse des Kontos.
administration-organizations = Organisationen
    .lead = Jede Organisation dieses Servers. Was in ihnen ist, sehen die Menschen, die dazugehören.
    .all = In der Reihenfolge ihrer Kurznamen
    .none = Keine ab dieser Stelle.
    .disabled = abgeschaltet
    .since = seit
    .disable = Abschalten
    .enable = Einschalten
administration-clients = Apps und Dienste
    .lead = Dienste, die Daten haben, und Apps, die danach fragen. Hinzugefügt und geändert werden sie auf der Befehlszeile.
    .none = Keine ab dieser Stelle.
administration-switch =
    .on = { $name } einschalten
    .off = { $name } abschalten
administration-client =
    .disabled = abgeschaltet
    .used = zuletzt benutzt
    .first-party = Ihre eigene
    .operator = von den Betreibern hinzugefügt
    .organization = von einer Organisation hinzugefügt
    .registered = hat sich selbst registriert
    .document = bekannt durch ihre eigene Webseite
administration-resource = Ein Dienst, und was von ihm verlangt werden kann:
    .disabled = abgeschaltet
    .reads = liest
    .writes = ändert
    .ingests = nimmt auf
administration-keys = Signaturschlüssel
    .lead = Womit dieser Server unterschreibt. Neue Schlüssel werden eine Weile veröffentlicht, bevor sie unterschreiben.
    .all = Schlüssel
    .rotate = Neue Schlüssel machen
    .note = Alte Schlüssel bleiben veröffentlicht, bis nichts mehr gilt, was sie unterschrieben haben.
administration-key =
    .published = veröffentlicht, unterschreibt noch nicht
    .signing = unterschreibt
    .retired = unterschreibt nicht mehr
    .gone = wird bald entfernt
    .made = gemacht
    .from = unterschreibt ab
administration-providers = Anbieter zum Anmelden
    .lead = Bei wem sich Menschen hier anmelden können, wie die Einstellungen es sagen.
    .all = Anbieter
    .none = Keiner. Menschen melden sich mit Passwort oder Passkey an.
    .client = wir sind
    .note = Geheimnisse werden nicht gezeigt. Was hier steht, gilt für diesen Prozess seit seinem Start; mehr steht im Log.
administration-provider =
    .trouble = in Schwierigkeiten
    .discovered = hat gesagt, was er ist:
    .keys = hat seine Schlüssel gegeben:
    .arrived = jemand kam von ihm zurück:
    .failed = hat nicht geantwortet, wie er sollte:
    .never = seit dem Start dieses Prozesses nicht gefragt
administration-mail = Post
    .lead = Was auf den Versand wartet, und was nicht zu versenden war. Was in E-Mails steht, ist versiegelt und wird niemandem gezeigt.
    .waiting = Wartet
    .failed = Nicht versendet
    .none = Nichts.
    .note = Was in einer E-Mail stand, wird gelöscht, wenn sie erledigt ist, sodass sie nicht noch einmal versendet werden kann: Wer sie braucht, bittet um eine neue.
administration-one-mail =
    .written = geschrieben
    .attempts = { $count ->
        [0] noch nicht versucht
        [one] einmal versucht
       *[other] { $count }-mal versucht
    }
    .refused = abgelehnt
    .expired = kam zu spät
    .unknown = unbekannt, ob sie ankam
    .try = Jetzt versuchen
administration-settings = Einstellungen
    .lead = Was in diesem Prozess gilt. Geheimnisse werden nicht gezeigt. Geändert werden Einstellungen in der Datei oder der Umgebung des Servers.
    .server = Der Server
    .unset = nicht gesetzt
