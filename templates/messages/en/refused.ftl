# Why an app's request leads to a page and not on.
refused-request = This request cannot be continued
    .happened = An app sent you here with a request that is not right, so it stops here. Nothing was allowed.
    .to-do = Go back to the app and try again. If it happens again, tell the people who make the app.
refused-nothing-changed = Nothing was allowed, and nothing has changed.
# The sentences that a flow refuses with: the English words are the flow's own, and a test compares them.
refused-unknown-any-more = This app is not known here any more.
refused-answered = You have answered this already. Go back to the app and start again if it still waits.
refused-account-changed = Your account has changed meanwhile. Go back and sign in again.
refused-no-access = You no longer have access to this project. Go back and choose another.
refused-device-reads = The organisation of this project lets devices only read.
refused-demands = The organisation of this project demands more of a sign-in now. Go back and choose it again.
refused-unknown-app = This app is not known here. If it was connected before, remove it in the app and connect it again.
refused-no-address = The parameter redirect_uri is missing, and the app has registered more than one.
refused-other-address = The address that the answer should go to is not one that this app has registered.
refused-other-browser = This sign-in was started in another browser. Go back to the app and start it again here.
refused-too-old = This sign-in is too old. Go back to the app and start again.
# The page before the way back to the app.
refused-could-not-continue = { $app } could not continue
refused-leave = Nothing was allowed and nothing has changed. You can go back to the app, which will then know why, or close this page.
refused-not-signed-in = It asked to sign you in without showing a page, but you are not signed in.
refused-not-allowed-yet = It asked to go on without showing a page, but you have not allowed that yet.
refused-scope = It asked for something that this server does not know, or that it may not have.
refused-place = It asked for a place that this server does not know.
refused-way = It is not registered for this way of connecting.
refused-denied = It may not have what it asked for.
refused-wrong = Its request is not right, so that it cannot be answered.
