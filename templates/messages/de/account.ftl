account-security = Sicherheit
    .lead = Was Ihr Konto öffnet und was zuletzt damit geschah.
account-address = E-Mail-Adresse
    .confirmed = bestätigt
    .unconfirmed = nicht bestätigt
    .confirm = Bestätigen
    .change = Eine andere Adresse nehmen
    .no-mail = Dieser Server verschickt keine E-Mails. Eine Adresse lässt sich hier deshalb weder bestätigen noch ändern.
account-password = Passwort
    .present = Sie melden sich mit einem Passwort an.
    .none = Sie haben keines.
    .change = Passwort ändern
    .set = Per E-Mail eines setzen
account-sessions = Sitzungen
    .lead = Wo Sie angemeldet sind. Eine beendete Sitzung meldet diesen Browser sofort ab; Apps bleiben verbunden.
    .count = { $count ->
        [one] Sie sind nur hier angemeldet.
       *[other] Sie sind in { $count } Browsern angemeldet.
    }
    .see = Sitzungen ansehen
    .ended = Dort abgemeldet.
    .this = diese hier
    .from = Von
    .signed-in = Angemeldet
    .last = Zuletzt aktiv
    .until = längstens bis { $at }
    .out-here = Hier abmelden
    .out = { $program } abmelden
    .elsewhere = Überall sonst
    .stays = Dieser Browser bleibt angemeldet.
    .out-elsewhere = Überall sonst abmelden
    .unknown = Ein unbekanntes Programm
account-how-password = mit Ihrem Passwort
account-how-provider = mit einem anderen Anbieter
account-events = Was zuletzt geschah
    .none = Noch nichts. Anmeldungen und Änderungen an dem, was Ihr Konto öffnet, werden hier stehen.
    .from = von
    .not-you = Waren Sie etwas davon nicht? Ändern Sie das Passwort und melden Sie sich überall sonst ab.
account-event =
    .signed-up = Ihr Konto wurde angelegt
    .disabled = Ihr Konto wurde abgeschaltet
    .enabled = Ihr Konto wurde wieder eingeschaltet
    .left = Sie haben darum gebeten, Ihr Konto zu löschen
    .stayed = Sie haben Ihr Konto doch behalten
    .exported = Sie haben heruntergeladen, was zu Ihrem Konto gespeichert ist
    .promoted = Sie haben jemandem eine Organisation übergeben
    .organization-removed = Sie haben eine Organisation gelöscht
    .signed-in = Sie haben sich angemeldet
    .proved = Sie haben wieder gezeigt, dass Sie es sind
    .signed-out = Sie haben sich irgendwo abgemeldet
    .signed-out-elsewhere = Sie haben sich überall sonst abgemeldet
    .provider-connected = Ein Anbieter wurde mit Ihrem Konto verbunden
    .provider-disconnected = Ein Anbieter wurde von Ihrem Konto getrennt
    .taken-over = Ein Anbieter hat Ihre Adresse bewiesen, und was das Konto vorher öffnete, wurde beendet
    .password-changed = Ihr Passwort wurde geändert
    .password-reset = Mit einem Link aus einer E-Mail wurde ein neues Passwort gewählt
    .app-added = Eine Authenticator-App wurde hinzugefügt
    .app-removed = Die Authenticator-App wurde entfernt
    .passkey-added = Ein Passkey wurde hinzugefügt
    .passkey-removed = Ein Passkey wurde entfernt
    .passkey-suspected = Ein Passkey wurde nicht angenommen, weil er vielleicht kopiert wurde
    .codes-made = Neue Ersatzcodes wurden gemacht
    .code-spent = Sie haben sich mit einem Ersatzcode angemeldet
    .all-factors-removed = Die Betreiber dieses Servers haben Ihre zweiten Faktoren entfernt
    .email-verified = Ihre E-Mail-Adresse wurde bestätigt
    .email-changed = Ihre E-Mail-Adresse wurde geändert
    .email-restored = Ihre frühere E-Mail-Adresse wurde zurückgeholt
    .allowed = Sie haben eine App zugelassen
    .denied = Sie haben eine App nicht zugelassen
    .revoked = Eine App wurde getrennt
    .all-revoked = Sie haben alle Apps getrennt
    .reused = Eine App wurde getrennt, weil ein ersetzter Schlüssel noch einmal benutzt wurde
    .shared = Eine App wurde an zwei Orten benutzt
account-back = Zurück zur Sicherheit
account-change-password = Passwort ändern
    .lead = Alle anderen Browser werden dann abgemeldet. Apps bleiben verbunden, wenn Sie das auf der nächsten Seite nicht beenden.
    .present = Bisheriges Passwort
    .new = Neues Passwort
    .wrong = Das ist nicht Ihr bisheriges Passwort.
    .forgotten = Sie kennen das bisherige nicht?
account-password-changed = Ihr Passwort ist geändert
    .sessions = { $count ->
        [0] Kein anderer Browser war angemeldet.
        [one] Ein anderer Browser wurde abgemeldet.
       *[other] { $count } andere Browser wurden abgemeldet.
    }
    .connected = { $count ->
        [one] Eine App ist noch verbunden
       *[other] { $count } Apps sind noch verbunden
    }
    .advice = Wenn Sie das Passwort geändert haben, weil vielleicht jemand anders in Ihrem Konto war, trennen Sie alle und verbinden Sie neu, was Ihnen gehört.
    .disconnect = Alle Apps trennen
account-change-address = Eine andere Adresse nehmen
    .lead = Ihre Adresse ist { $address }. Sie bleibt, bis Sie die neue bestätigt haben. Dann bekommt sie eine Nachricht mit einem Weg zurück, der eine Woche lang gilt.
    .new = Neue E-Mail-Adresse
    .button = E-Mail an diese Adresse schicken
    .same = Das ist schon Ihre Adresse.
    .no-mail = Dieser Server verschickt keine E-Mails und kann deshalb nicht sehen, ob eine Adresse Ihre ist.
account-undo = Konto zurückholen?
    .explanation = { $address } wird wieder die Adresse des Kontos. Sein Passwort gilt nicht mehr, alle Browser werden abgemeldet, alle Apps getrennt, und wir schicken Ihnen einen Link für ein neues Passwort.
    .act = Mein Konto zurückholen
account-prove = Sind Sie es noch?
    .lead = Geben Sie das Passwort von { $address } ein, um fortzufahren. Danach fragen wir, wenn Sie es seit zehn Minuten nicht eingegeben haben.
    .wrong = Das ist nicht Ihr Passwort.
    .button = Weiter
