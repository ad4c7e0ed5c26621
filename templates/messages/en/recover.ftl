# A new password for whoever reads the account's mail.
recover-forgotten = Forgotten password
    .lead = Type the address of your account. We send a link to it, with which you choose a new password.
    .button = Send me the link
    .after-all = You know it after all? { $link }
    .sign-in = Sign in
recover-sent = Look into your mail
    .text = If there is an account with the address { $address }, a link for a new password is on its way there. It works for an hour, and once.
    .nothing = Nothing there after some minutes? Look into the folder for junk, check the address, and try again.
    .other = Try another address
recover-reset = Choose a new password
    .text = For the account { $address }. Every browser is signed out then, and every app and every provider is disconnected.
    .button = Set the new password
recover-done = Your password is new
    .text = It counts for { $address }. Every browser is signed out, and every app and every provider is disconnected; connect again what you still use.
