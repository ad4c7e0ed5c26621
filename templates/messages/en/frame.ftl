# What stands around every page, and in its components.
frame-error = Error:
frame-development = Development server, not for real data
frame-skip = Skip to the content
frame-account = Your account
frame-home = Home
frame-connections = Connections
frame-sign-in = Sign in
frame-sign-out = Sign out
frame-security = How this server protects you
frame-theme = Light or dark
frame-theme-auto = As the system
frame-theme-light = Light
frame-theme-dark = Dark
frame-language = Language
frame-go-back = Go back
frame-go-back-to = Go back to { $place }
frame-reference = Reference
frame-email = E-mail address
frame-password = Password
frame-show = Show
    .hide = Hide
frame-copy = Copy
    .copied = Copied
frame-read-notice = I have read this
# How we know who an app is.
frame-app-document = { $host } · says who it is by its own web page
frame-app-registered = Registered itself; not verified
frame-app-operator = Added by the people who run { $server }
frame-app-first-party = Run by the same people as { $server }
frame-an-app = An app
# How to connect an assistant.
frame-connect-settings = In your assistant, open the settings for connectors (some call them MCP servers) and add one of your own.
frame-connect-paste = Paste this address:
    .what = the address
frame-connect-ask = Paste the address that the app with your data gives you for assistants.
frame-connect-choose = A page of { $server } opens. Choose one project, and allow the assistant to read it.
