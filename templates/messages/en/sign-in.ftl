# The sign-in page.
sign-in-title = Sign in
sign-in-waiting = to continue to { $app }
sign-in-button = Sign in
sign-in-no-account = No account yet? { $link }
    .link = Create one
sign-in-forgotten = Forgotten your password?
sign-in-an-app = an app
# It never says which of the two is wrong.
sign-in-wrong = The e-mail address or the password is not right. Check both and try again.
sign-in-too-many = There were too many tries. Wait a few minutes, then try again.
