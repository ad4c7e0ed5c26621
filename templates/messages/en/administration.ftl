# The administration of the server, for its operators.
administration-menu = Administration
    .account = Your account
    .overview = Overview
    .people = People
    .organizations = Organisations
    .clients = Apps and services
    .keys = Signing keys
    .providers = Sign-in providers
    .mail = Mail
    .settings = Settings
administration-next = Show more
administration-search = Beginning with
    .act = Find
administration-title = Administration
    .lead = You operate this server. What you do here is written down under your name.
    .open = Open the administration
administration-health = How it is
    .database = Database
    .sqlite = SQLite, of this process alone
    .postgresql = PostgreSQL, shared
    .version = Version
    .address = Address
    .mail = Mail
    .sends = is sent
    .sends-not = is not sent: nobody can confirm an address or get a new password
    .backups = Backups
    .newest = the newest was made
    .none-yet = none yet; the first is made at the next hour of the schedule
    .elsewhere = not made by this server on a schedule
    .providers = Sign-in providers
    .troubled = { $count ->
        [0] none in trouble
        [one] one in trouble
       *[other] { $count } in trouble
    }
administration-numbers = What there is
    .people = People
    .organizations = Organisations
    .clients = Apps
    .mails = Mails that wait
administration-people = People
    .lead = Everybody with an account, by address.
    .find = Find somebody
    .all = In the order of their addresses
    .none = Nobody from there on.
administration-person = Account
    .since = since
    .disabled = switched off
    .operator = operates this server
    .confirmed = address confirmed
    .unconfirmed = address not confirmed
    .password = has a password
    .no-password = has no password
    .factors = { $count ->
        [0] no second factor
        [one] one second factor
       *[other] { $count } second factors
    }
    .sessions = { $count ->
        [0] signed in nowhere
        [one] signed in with one browser
       *[other] signed in with { $count } browsers
    }
    .connections = { $count ->
        [0] no connection
        [one] one connection
       *[other] { $count } connections
    }
    .leaves = is erased
administration-memberships = Organisations
    .none = None.
    .member = member
    .admin = admin
    .owner = owner
administration-person-acts = What you can do
    .text = The person sees each of these in their account.
    .disable = Switch the account off
    .enable = Switch the account on
    .end-sessions = Sign out everywhere
    .remove-factors = Remove second factors
    .erase = Erase the account …
administration-erase = Erase { $address }?
    .account = The account, and all that is held of its person.
    .access = Every connection and API key in their name.
    .memberships = Every membership. What an organisation has stays with it, if it has another owner.
    .at-once = This happens at once and cannot be undone.
    .act = Erase the account
    .label = Type the address of the account to confirm
    .wrong = This is not the address of the account.
administration-organizations = Organisations
    .lead = Every organisation of this server. What is in them is for their people to see.
    .all = In the order of their short names
    .none = None from there on.
    .disabled = switched off
    .since = since
    .disable = Switch off
    .enable = Switch on
administration-clients = Apps and services
    .lead = Services that hold data, and apps that ask for it. Adding and changing them is done with the command line.
    .none = None from there on.
administration-switch =
    .on = Switch on { $name }
    .off = Switch off { $name }
administration-client =
    .disabled = switched off
    .used = last used
    .first-party = your own
    .operator = added by an operator
    .organization = added by an organisation
    .registered = registered itself
    .document = known by its own web page
administration-resource = A service, and what can be asked of it:
    .disabled = switched off
    .reads = reads
    .writes = changes
    .ingests = takes in
administration-keys = Signing keys
    .lead = What this server signs with. New keys are published a while before they sign.
    .all = Keys
    .rotate = Make new keys
    .note = Old keys stay published until nothing that they signed is good any more.
administration-key =
    .published = published, not signing yet
    .signing = signs
    .retired = signs no longer
    .gone = is removed soon
    .made = made
    .from = signs from
administration-providers = Sign-in providers
    .lead = With whom people may sign in here, as the settings say.
    .all = Providers
    .none = None. People sign in with a password or a passkey.
    .client = we are
    .note = Secrets are not shown. What stands here is of this process alone, since it started; more stands in the log.
administration-provider =
    .trouble = in trouble
    .discovered = said what it is
    .keys = gave its keys
    .arrived = somebody came back from it
    .failed = did not answer as it should
    .never = not asked since this process started
administration-mail = Mail
    .lead = What waits to be sent, and what could not be. What mails say is sealed, and shown to nobody.
    .waiting = Waiting
    .failed = Not sent
    .none = Nothing.
    .note = What a mail said is erased when it is over, so that it cannot be sent again: its person asks for another.
administration-one-mail =
    .written = written
    .attempts = { $count ->
        [0] not tried yet
        [one] tried once
       *[other] tried { $count } times
    }
    .refused = refused
    .expired = came too late
    .unknown = not known whether it arrived
    .try = Try now
administration-settings = Settings
    .lead = What is in force in this process. Secrets are not shown. Settings are changed in the file or the environment of the server.
    .server = The server
    .unset = not set
