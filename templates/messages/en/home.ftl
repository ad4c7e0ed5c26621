# The front page.
home-title-visitor = Welcome
home-title-member = Home
home-promise = Let an app read one project. Take it back whenever you like.
home-lead = { $server } is where you sign in, and where you decide which apps may look at your projects.
home-sign-up = Create an account
home-one-project = One project
    .text = An assistant sees the one project that you choose for it, and no other.
home-reading-only = Reading only
    .text = An app that introduces itself can read. It cannot change, create or delete anything.
home-one-click = One click back
    .text = Disconnect it, and it can read nothing from that moment on.
home-welcome = Welcome
home-welcome-name = Welcome, { $name }
home-notices = { $count ->
    [one] One thing needs your attention
   *[other] { $count } things need your attention
}
home-look = Look at your connections
home-see = See and disconnect
home-connected = { $count ->
    [0] No app can read your projects now.
    [one] One app is connected.
   *[other] { $count } apps are connected.
}
home-connect = Connect an assistant
home-projects = Your projects
home-no-project = You are not a member of a project yet. Ask an owner or admin of your organisation to add you.
