# Second factors and passkeys: asked for at sign-in, and set up.
factors-step-title = One more step
factors-step-who = Show that it is you, { $email }.
factors-app-code = Code from your authenticator app
factors-app-code-hint = Six digits. Spaces do not matter.
factors-go-on = Go on
factors-use-passkey = Use a passkey
factors-sign-in-with-passkey = Sign in with a passkey
factors-passkey-trouble = That did not work. Try again, or choose another way.
factors-without-passkeys = Passkeys need JavaScript and a browser that knows them.
factors-use-recovery = Cannot do that now? { $link }
    .link = Use a recovery code
factors-recovery-title = Use a recovery code
factors-recovery-who = One of the ten that you were shown when you set this up for { $email }. It works once.
factors-recovery-code = Recovery code
factors-recovery-hint = 16 characters. Capitals, spaces and hyphens do not matter.
factors-wrong-code = This code is not right, or was used already. Wait until your app shows the next one, then try again.
factors-wrong-recovery = This recovery code is not right, or was used already. Try another one.
factors-wrong-passkey = This passkey was not accepted. Try again, or use another way.
factors-suspect-passkey = This passkey may have been copied, so it is not accepted any more. Use another way, then remove it on your security page.
# How somebody signed in.
factors-with-passkey = with a passkey
factors-with-app = with a code of your app
factors-with-recovery = with a recovery code
factors-with-both = { $first } and { $second }
# The authenticator app.
factors-app-title = Authenticator app
factors-app-since = An app has been asked for at sign-in since { $since }.
factors-app-lead = An app on your phone shows six digits, and new ones every half minute. They are asked for after your password, so that the password alone opens nothing.
factors-app-take-over = 1. Let your app take this over
factors-app-photograph = Photograph it with the app:
factors-app-picture = QR code of the key below
factors-app-type = Or type the key:
    .what = the key
factors-app-first-code = 2. Type the code that it shows
factors-app-shown-code = Code from the app
factors-app-confirm = Ask for it from now on
factors-app-confirm-other = Use this app from now on
factors-app-begin = Set up an app
factors-app-begin-other = Use another app or phone
factors-app-without = Do without it
    .what = Codes of the app are not asked for any more then.
    .act = Remove the authenticator app
factors-app-remove = Remove the authenticator app?
    .act = Remove the app
    .others = Codes of the app are not asked for any more. Your passkeys still are.
factors-last = It is the last thing that is asked for beside your password: then whoever knows your password is in. Your recovery codes go with it.
factors-back = Back to Security
# Recovery codes.
factors-codes-title = Recovery codes
factors-codes-yours = Your recovery codes
factors-codes-lead = If you lose what you sign in with, each of these lets you in, once. Print them or keep them in your password manager: you see them this once, and those you had before are worth nothing any more.
factors-codes-ten = Ten codes for { $email }
factors-codes-kept = I have kept them
factors-codes-print = Print them
factors-codes-elsewhere = Signed in elsewhere?
    .what = Other browsers stay signed in. If one of them may not be yours, end that now.
    .act = Sign out everywhere else
factors-codes-for-app = Your authenticator app is asked for from now on.
factors-codes-for-passkey = Your passkey opens your account from now on.
factors-codes-new = These are new.
factors-codes-each = Each lets you in once, if you lose what you sign in with.
factors-codes-left = { $count ->
    [0] You have none left. Without them, losing your phone means losing your account.
    [one] You have one left.
   *[other] You have { $count } left.
}
factors-codes-make = Make ten new codes
factors-codes-old = Those that you have are worth nothing then.
factors-codes-needless = You need none: your password alone opens your account. Add an authenticator app or a passkey first.
# Passkeys.
factors-passkeys-title = Passkeys
factors-passkeys-lead = A passkey opens your account with your finger, your face, or the code of your device. It cannot be guessed, and no other site can get it out of you.
factors-passkeys-impossible = This server is reached by a number and not by a name, so that it cannot have passkeys.
factors-passkeys-none = You have none yet. Add the device that you are at, or a security key.
factors-passkey-copied = not accepted: may have been copied
factors-passkey-added = Added
factors-passkey-used = Last used
    .never = never
factors-passkey-rename = Rename
factors-passkey-remove = Remove { $name }
factors-passkey-first = Add a passkey
factors-passkey-another = Add another one
factors-passkey-name = What you call it
factors-passkey-name-hint = So that you know it again: “My phone”.
factors-passkey-was-added = Added. It opens your account from now on.
factors-passkey-was-removed = Removed. It opens your account no more.
factors-passkey-taken = This passkey belongs to an account already.
factors-passkey-full = You have as many passkeys as an account can have. Remove one first.
factors-passkey-over = That took too long, or was begun in another browser. Try again.
factors-passkey-not-added = This passkey could not be added. Try again, or use another device.
factors-passkey-last-way = It is the only way into your account. Set a password first.
factors-passkey-rename-title = Rename { $name }
    .heading = Rename a passkey
    .act = Keep this name
    .back = Back to passkeys
factors-passkey-really = Remove “{ $name }”?
    .act = Remove the passkey
    .others = It opens your account no more. Your device may go on showing it until you remove it there too.
# The security page.
factors-section-passkeys = Your finger, your face or your device’s code instead of a password.
    .add = Add a passkey
    .see = See or add passkeys
    .used = last used
    .added = added
factors-section-app = Its code is asked for after your password.
    .none = Six digits from your phone, asked for after your password. Not set up.
    .set-up = Set up an app
    .change = Change or remove it
factors-section-codes = Make new ones
# Mails.
factors-mail-subject = Your sign-in to { $server } has changed
factors-mail-not-you = Then somebody else is in your account. Choose a new password at once, which signs everybody out, and take away what you do not know on your security page.
factors-mail-app-added = An authenticator app was added
    .happened = Its code is asked for after your password from now on.
factors-mail-app-removed = The authenticator app was removed
    .happened = Its code is not asked for any more.
factors-mail-passkey-added = A passkey was added
    .happened = “{ $name }” opens your account from now on.
factors-mail-passkey-removed = A passkey was removed
    .happened = “{ $name }” opens your account no more.
factors-mail-passkey-suspected = A passkey may have been copied
    .happened = “{ $name }” was used in a way that only a copy of it explains, so it is not accepted any more. Remove it, and add your device anew.
factors-mail-codes-made = New recovery codes were made
    .happened = Those that you had before are worth nothing any more.
factors-mail-code-used = A recovery code was used
    .happened = { $count ->
        [0] It let somebody in, most likely you, in place of your app or passkey. It was the last one: make new ones on your security page.
        [one] It let somebody in, most likely you, in place of your app or passkey. One is left: make new ones on your security page.
       *[other] It let somebody in, most likely you, in place of your app or passkey. { $count } are left. When they run low, make new ones on your security page.
    }
factors-mail-all-removed = Your second factors were removed
    .happened = The people who run this server have taken your passkeys, your authenticator app and your recovery codes away, and signed you out everywhere. Your password alone opens your account now; set up what you had anew.
