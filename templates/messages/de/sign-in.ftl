sign-in-title = Anmelden
sign-in-waiting = um mit { $app } fortzufahren
sign-in-button = Anmelden
sign-in-no-account = Noch kein Konto? { $link }
    .link = Konto anlegen
sign-in-an-app = einer App
sign-in-wrong = Die E-Mail-Adresse oder das Passwort stimmt nicht. Prüfen Sie beides und versuchen Sie es noch einmal.
sign-in-too-many = Das waren zu viele Versuche. Warten Sie einige Minuten und versuchen Sie es dann noch einmal.
