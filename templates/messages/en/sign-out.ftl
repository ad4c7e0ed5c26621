# Signing out: the question, and the page after it.
sign-out-question = Sign out of { $server }?
    .explanation = Apps that you connected stay connected. You can disconnect them under Connections.
    .act = Sign out
sign-out-title = Signed out
sign-out-done = You are signed out
    .explanation = Apps that you connected stay connected until you disconnect them.
sign-out-again = Sign in again
