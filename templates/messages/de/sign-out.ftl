sign-out-question = Von { $server } abmelden?
    .explanation = Verbundene Apps bleiben verbunden. Sie können sie unter „Verbindungen“ trennen.
    .act = Abmelden
sign-out-title = Abgemeldet
sign-out-done = Sie sind abgemeldet
    .explanation = Verbundene Apps bleiben verbunden, bis Sie sie trennen.
sign-out-again = Wieder anmelden
