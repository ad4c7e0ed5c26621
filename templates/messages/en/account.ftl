# A person's own account: its sections, its sessions, its password and address, and proving who one is.
account-security = Security
    .lead = What opens your account, and what happened to it lately.
account-address = E-mail address
    .confirmed = confirmed
    .unconfirmed = not confirmed
    .confirm = Confirm it
    .change = Use another address
    .no-mail = This server sends no mail, so that an address can be neither confirmed nor changed here.
account-password = Password
    .present = You sign in with a password.
    .none = You have none.
    .change = Change the password
    .set = Set one by mail
account-sessions = Sessions
    .lead = Where you are signed in. Ending a session signs that browser out at once; apps stay connected.
    .count = { $count ->
        [one] You are signed in here and nowhere else.
       *[other] You are signed in with { $count } browsers.
    }
    .see = See your sessions
    .ended = Signed out there.
    .this = this one
    .from = From
    .signed-in = Signed in
    .last = Last active
    .until = until { $at } at the latest
    .out-here = Sign out here
    .out = Sign out { $program }
    .elsewhere = Everywhere else
    .stays = This browser stays signed in.
    .out-elsewhere = Sign out everywhere else
    .unknown = An unknown program
account-how-password = with your password
account-how-provider = with another provider
account-events = What happened lately
    .none = Nothing yet. Sign-ins and changes of what opens your account will stand here.
    .from = from
    .not-you = Something that was not you? Change the password and sign out everywhere else.
# What happened, in a few words.
account-event =
    .signed-up = Your account was made
    .added = Your account was made by the people who run this server
    .imported = Your account was brought here from another service
    .password-set = The people who run this server changed your password
    .joined = You became a member of an organisation
    .role-changed = Your role in an organisation was changed
    .parted = You are not a member of an organisation any more
    .disabled = Your account was switched off
    .enabled = Your account was switched on again
    .operator-added = You became an operator of this server
    .operator-removed = You are not an operator of this server any more
    .sessions-ended = The people who run this server signed you out everywhere
    .left = You asked for your account to be deleted
    .stayed = You kept your account after all
    .exported = You downloaded what is held on your account
    .promoted = You made somebody an owner of an organisation
    .founded = You made an organisation
    .organization-removed = You deleted an organisation
    .signed-in = You signed in
    .proved = You showed again that it is you
    .signed-out = You signed out somewhere
    .signed-out-elsewhere = You signed out everywhere else
    .provider-connected = A provider was connected to your account
    .provider-disconnected = A provider was disconnected from your account
    .taken-over = You proved your address by a provider, and what had opened the account before was ended
    .password-changed = Your password was changed
    .password-reset = A new password was chosen with a link from a mail
    .app-added = An authenticator app was added
    .app-removed = The authenticator app was removed
    .passkey-added = A passkey was added
    .passkey-removed = A passkey was removed
    .passkey-suspected = A passkey was not accepted, since it may have been copied
    .codes-made = New recovery codes were made
    .code-spent = You signed in with a recovery code
    .all-factors-removed = The people who run this server removed your second factors
    .email-verified = Your e-mail address was confirmed
    .email-changed = Your e-mail address was changed
    .email-restored = Your e-mail address of before was taken back
    .allowed = You allowed an app
    .let-in-again = An app that you had allowed was let in again
    .denied = You did not allow an app
    .revoked = An app was disconnected
    .all-revoked = You disconnected all apps
    .reused = An app was disconnected, since a replaced key of it was used again
    .shared = An app was used in two places
    .replayed = An app was disconnected, since its code was used twice
    .lost = A connection of an app ended, since what it rested on did
    .given-back = An app gave up its connection
    .ended = A connection of an app ended
    .lapsed = A connection that nobody used any more ended
    .key-made = A key for a program was made
    .key-renewed = A key for a program was replaced
    .key-revoked = A key for a program was taken back
    .token-made = A token for the API was made
    .token-revoked = A token for the API was taken back
account-back = Back to Security
account-change-password = Change the password
    .lead = Every other browser is signed out then. Apps stay connected, unless you end that on the next page.
    .present = Present password
    .new = New password
    .wrong = This is not your present password.
    .forgotten = You do not know the present one?
account-password-changed = Your password is changed
    .sessions = { $count ->
        [0] No other browser was signed in.
        [one] One other browser was signed out.
       *[other] { $count } other browsers were signed out.
    }
    .connected = { $count ->
        [one] One app or API key has access still
       *[other] { $count } apps and API keys have access still
    }
    .advice = If you changed the password because somebody else may have been in your account, disconnect them all, and connect again what is yours.
    .disconnect = Disconnect all apps and keys
account-change-address = Use another address
    .lead = Your address is { $address }. It stays until you have confirmed the new one, and is told then, with a way back that works for a week.
    .new = New e-mail address
    .button = Send a mail to this address
    .same = This is your address already.
    .no-mail = This server sends no mail, so that it cannot see whether an address is yours.
account-undo = Take your account back?
    .explanation = { $address } becomes the address of the account again. Its password counts no longer, every browser is signed out, every app is disconnected, and we send you a link for a new password.
    .act = Take my account back
account-prove = Is it still you?
    .lead = Type the password of { $address } to go on. You are asked when you have not typed it for ten minutes.
    .wrong = This is not your password.
    .button = Go on
