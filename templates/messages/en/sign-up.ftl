# The sign-up page.
sign-up-title = Create an account
sign-up-not-yet = Not quite yet
sign-up-name = Your name (you may leave it empty)
sign-up-password-hint = At least { $least } characters. A few words are easy to remember and hard to guess.
sign-up-button = Create account
sign-up-have-account = You have an account? { $link }
    .link = Sign in
sign-up-no-address = This is not an e-mail address. It looks like name@example.com.
sign-up-invited = You are invited as { $address }. Use that address; a mail to it asks whether it is yours.
sign-up-uninvited = The invitation is for another address. Accounts are made here for those who are invited, with the address that the invitation went to.
sign-up-taken = There is an account with this address already. Sign in with it instead.
