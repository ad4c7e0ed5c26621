# Zweite Faktoren und Passkeys: beim Anmelden verlangt, und eingerichtet.
factors-step-title = Noch ein Schritt
factors-step-who = Zeigen Sie, dass Sie es sind, { $email }.
factors-app-code = Code aus Ihrer Authenticator-App
factors-app-code-hint = Sechs Ziffern. Leerzeichen sind gleichgültig.
factors-go-on = Weiter
factors-use-passkey = Einen Passkey benutzen
factors-sign-in-with-passkey = Mit einem Passkey anmelden
factors-passkey-trouble = Das hat nicht geklappt. Versuchen Sie es noch einmal, oder wählen Sie einen anderen Weg.
factors-without-passkeys = Passkeys brauchen JavaScript und einen Browser, der sie kennt.
factors-use-recovery = Das geht gerade nicht? { $link }
    .link = Einen Ersatzcode benutzen
factors-recovery-title = Einen Ersatzcode benutzen
factors-recovery-who = Einer der zehn, die Ihnen gezeigt wurden, als Sie dies für { $email } eingerichtet haben. Er gilt einmal.
factors-recovery-code = Ersatzcode
factors-recovery-hint = 16 Zeichen. Großschreibung, Leerzeichen und Bindestriche sind gleichgültig.
factors-wrong-code = Dieser Code stimmt nicht oder wurde schon benutzt. Warten Sie, bis Ihre App den nächsten zeigt, und versuchen Sie es noch einmal.
factors-wrong-recovery = Dieser Ersatzcode stimmt nicht oder wurde schon benutzt. Versuchen Sie einen anderen.
factors-wrong-passkey = Dieser Passkey wurde nicht angenommen. Versuchen Sie es noch einmal, oder wählen Sie einen anderen Weg.
factors-suspect-passkey = Dieser Passkey wurde vielleicht kopiert und wird deshalb nicht mehr angenommen. Wählen Sie einen anderen Weg, und entfernen Sie ihn dann auf Ihrer Sicherheitsseite.
# Wie sich jemand angemeldet hat.
factors-with-passkey = mit einem Passkey
factors-with-app = mit einem Code Ihrer App
factors-with-recovery = mit einem Ersatzcode
factors-with-both = { $first } und { $second }
# Die Authenticator-App.
factors-app-title = Authenticator-App
factors-app-since = Seit { $since } wird beim Anmelden eine App verlangt.
factors-app-lead = Eine App auf Ihrem Telefon zeigt sechs Ziffern, jede halbe Minute neue. Sie werden nach Ihrem Passwort verlangt, sodass das Passwort allein nichts öffnet.
factors-app-take-over = 1. Lassen Sie Ihre App dies übernehmen
factors-app-photograph = Fotografieren Sie es mit der App:
factors-app-picture = QR-Code des Schlüssels darunter
factors-app-type = Oder tippen Sie den Schlüssel ein:
    .what = den Schlüssel
factors-app-first-code = 2. Tippen Sie den Code ein, den sie zeigt
factors-app-shown-code = Code aus der App
factors-app-confirm = Von jetzt an verlangen
factors-app-confirm-other = Von jetzt an diese App benutzen
factors-app-begin = Eine App einrichten
factors-app-begin-other = Eine andere App oder ein anderes Telefon benutzen
factors-app-without = Ohne sie auskommen
    .what = Codes der App werden dann nicht mehr verlangt.
    .act = Die Authenticator-App entfernen
factors-app-remove = Die Authenticator-App entfernen?
    .act = Die App entfernen
    .others = Codes der App werden nicht mehr verlangt. Ihre Passkeys schon.
factors-last = Sie werden dann nur noch nach Ihrem Passwort gefragt: Wer es kennt, ist drin. Ihre Ersatzcodes gehen mit verloren.
factors-back = Zurück zur Sicherheit
# Ersatzcodes.
factors-codes-title = Ersatzcodes
factors-codes-yours = Ihre Ersatzcodes
factors-codes-lead = Wenn Sie verlieren, womit Sie sich anmelden, lässt Sie jeder von diesen ein, einmal. Drucken Sie sie, oder bewahren Sie sie in Ihrem Passwortmanager auf: Sie sehen sie nur dieses eine Mal, und die Sie vorher hatten, gelten nicht mehr.
factors-codes-ten = Zehn Codes für { $email }
factors-codes-kept = Ich habe sie aufbewahrt
factors-codes-print = Drucken
factors-codes-elsewhere = Anderswo angemeldet?
    .what = Andere Browser bleiben angemeldet. Wenn einer davon vielleicht nicht Ihrer ist, beenden Sie das jetzt.
    .act = Überall sonst abmelden
factors-codes-for-app = Ihre Authenticator-App wird von jetzt an verlangt.
factors-codes-for-passkey = Ihr Passkey öffnet von jetzt an Ihr Konto.
factors-codes-new = Diese sind neu.
factors-codes-each = Jeder lässt Sie einmal ein, wenn Sie verlieren, womit Sie sich anmelden.
factors-codes-left = { $count ->
    [0] Sie haben keinen mehr. Ohne sie verlieren Sie mit Ihrem Telefon auch Ihr Konto.
    [one] Sie haben noch einen.
   *[other] Sie haben noch { $count }.
}
factors-codes-make = Zehn neue Codes machen
factors-codes-old = Die Sie haben, gelten dann nicht mehr.
factors-codes-needless = Sie brauchen keine: Ihr Passwort allein öffnet Ihr Konto. Fügen Sie zuerst eine Authenticator-App oder einen Passkey hinzu.
# Passkeys.
factors-passkeys-title = Ihre Passkeys
factors-passkeys-lead = Ein Passkey öffnet Ihr Konto mit Ihrem Finger, Ihrem Gesicht oder dem Code Ihres Geräts. Man kann ihn nicht erraten, und keine andere Seite kann ihn Ihnen entlocken.
factors-passkeys-impossible = Dieser Server wird unter einer Nummer erreicht und nicht unter einem Namen, sodass er keine Passkeys haben kann.
factors-passkeys-none = Sie haben noch keinen. Fügen Sie das Gerät hinzu, an dem Sie sitzen, oder einen Sicherheitsschlüssel.
factors-passkey-copied = nicht angenommen: vielleicht kopiert
factors-passkey-added = Hinzugefügt
factors-passkey-used = Zuletzt benutzt
    .never = nie
factors-passkey-rename = Umbenennen
factors-passkey-remove = { $name } entfernen
factors-passkey-first = Einen Passkey hinzufügen
factors-passkey-another = Noch einen hinzufügen
factors-passkey-name = Wie Sie ihn nennen
factors-passkey-name-hint = Damit Sie ihn wiedererkennen: „Mein Telefon“.
factors-passkey-was-added = Hinzugefügt. Er öffnet von jetzt an Ihr Konto.
factors-passkey-was-removed = Entfernt. Er öffnet Ihr Konto nicht mehr.
factors-passkey-taken = Dieser Passkey gehört schon zu einem Konto.
factors-passkey-full = Sie haben so viele Passkeys, wie ein Konto haben kann. Entfernen Sie zuerst einen.
factors-passkey-over = Das hat zu lange gedauert oder wurde in einem anderen Browser begonnen. Versuchen Sie es noch einmal.
factors-passkey-not-added = Dieser Passkey ließ sich nicht hinzufügen. Versuchen Sie es noch einmal, oder nehmen Sie ein anderes Gerät.
factors-passkey-last-way = Er ist der einzige Weg in Ihr Konto. Legen Sie zuerst ein Passwort fest.
factors-passkey-rename-title = { $name } umbenennen
    .heading = Einen Passkey umbenennen
    .act = Diesen Namen behalten
    .back = Zurück zu den Passkeys
factors-passkey-really = „{ $name }“ entfernen?
    .act = Den Passkey entfernen
    .others = Er öffnet Ihr Konto nicht mehr. Ihr Gerät zeigt ihn vielleicht weiter, bis Sie ihn auch dort entfernen.
# Die Sicherheitsseite.
factors-section-passkeys = Ihr Finger, Ihr Gesicht oder der Code Ihres Geräts anstelle eines Passworts.
    .add = Einen Passkey hinzufügen
    .see = Passkeys ansehen oder hinzufügen
    .used = zuletzt benutzt
    .added = hinzugefügt
factors-section-app = Ihr Code wird nach Ihrem Passwort verlangt.
    .none = Sechs Ziffern von Ihrem Telefon, nach Ihrem Passwort verlangt. Nicht eingerichtet.
    .set-up = Eine App einrichten
    .change = Ändern oder entfernen
factors-section-codes = Neue machen
# Mails.
factors-mail-subject = Ihre Anmeldung bei { $server } hat sich geändert
factors-mail-not-you = Dann ist jemand anders in Ihrem Konto. Wählen Sie sofort ein neues Passwort, was alle abmeldet, und entfernen Sie auf Ihrer Sicherheitsseite, was Sie nicht kennen.
factors-mail-app-added = Eine Authenticator-App wurde hinzugefügt
    .happened = Ihr Code wird von jetzt an nach Ihrem Passwort verlangt.
factors-mail-app-removed = Die Authenticator-App wurde entfernt
    .happened = Ihr Code wird nicht mehr verlangt.
factors-mail-passkey-added = Ein Passkey wurde hinzugefügt
    .happened = „{ $name }“ öffnet von jetzt an Ihr Konto.
factors-mail-passkey-removed = Ein Passkey wurde entfernt
    .happened = „{ $name }“ öffnet Ihr Konto nicht mehr.
factors-mail-passkey-suspected = Ein Passkey wurde vielleicht kopiert
    .happened = „{ $name }“ wurde auf eine Weise benutzt, die nur eine Kopie erklärt, und wird deshalb nicht mehr angenommen. Entfernen Sie ihn, und fügen Sie Ihr Gerät neu hinzu.
factors-mail-codes-made = Neue Ersatzcodes wurden gemacht
    .happened = Die Sie vorher hatten, gelten nicht mehr.
factors-mail-code-used = Ein Ersatzcode wurde benutzt
    .happened = { $count ->
        [0] Er hat jemanden eingelassen, höchstwahrscheinlich Sie, anstelle Ihrer App oder Ihres Passkeys. Es war der letzte: Machen Sie neue auf Ihrer Sicherheitsseite.
        [one] Er hat jemanden eingelassen, höchstwahrscheinlich Sie, anstelle Ihrer App oder Ihres Passkeys. Einer ist übrig: Machen Sie neue auf Ihrer Sicherheitsseite.
       *[other] Er hat jemanden eingelassen, höchstwahrscheinlich Sie, anstelle Ihrer App oder Ihres Passkeys. { $count } sind übrig. Wenn sie zur Neige gehen, machen Sie neue auf Ihrer Sicherheitsseite.
    }
factors-mail-all-removed = Ihre zweiten Faktoren wurden entfernt
    .happened = Die Betreiber dieses Servers haben Ihre Passkeys, Ihre Authenticator-App und Ihre Ersatzcodes entfernt und Sie überall abgemeldet. Ihr Passwort allein öffnet jetzt Ihr Konto; richten Sie neu ein, was Sie hatten.
