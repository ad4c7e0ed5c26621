home-title-visitor = Willkommen
home-title-member = Start
home-promise = Lassen Sie eine App ein Projekt lesen. Nehmen Sie es zurück, wann immer Sie möchten.
home-lead = Bei { $server } melden Sie sich an und entscheiden, welche Apps Ihre Projekte ansehen dürfen.
home-sign-up = Konto anlegen
home-one-project = Ein Projekt
    .text = Ein Assistent sieht das eine Projekt, das Sie für ihn wählen, und kein anderes.
home-reading-only = Nur lesen
    .text = Eine App, die sich selbst vorstellt, darf lesen. Sie kann nichts ändern, anlegen oder löschen.
home-one-click = Ein Klick zurück
    .text = Trennen Sie die App, und sie kann von diesem Augenblick an nichts mehr lesen.
home-welcome = Willkommen
home-welcome-name = Willkommen, { $name }
home-notices = { $count ->
    [one] Etwas braucht Ihre Aufmerksamkeit
   *[other] { $count } Dinge brauchen Ihre Aufmerksamkeit
}
home-look = Verbindungen ansehen
home-see = Ansehen und trennen
home-connected = { $count ->
    [0] Zurzeit kann keine App Ihre Projekte lesen.
    [one] Eine App ist verbunden.
   *[other] { $count } Apps sind verbunden.
}
home-connect = Einen Assistenten verbinden
home-projects = Ihre Projekte
home-no-project = Sie gehören noch zu keinem Projekt. Bitten Sie jemanden, der Ihre Organisation verwaltet, Sie aufzunehmen.
