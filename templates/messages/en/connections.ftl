# The connections page.
connections-title = Connections
connections-empty = No app is connected
    .text = Nothing can read your projects now. This is how you connect an assistant:
connections-lead = These apps, devices and keys can do what you allowed, and nothing else. Disconnecting works at once.
connections-project = Project
connections-can = Can
connections-can-change = can change
connections-given = Given
connections-given-until = until { $until } at the latest
connections-last-used = Last used
connections-used-from = from { $address }
connections-never = never
connections-disconnect = Disconnect { $app }
connections-take-back = Take back { $app }
connections-ended = Recently disconnected ({ $count })
connections-another = Connect another assistant
# What it may do, when it may do nothing.
connections-nothing = nothing any more
connections-nothing-user = nothing, since your account is switched off
connections-nothing-app = nothing, since the app is switched off
connections-nothing-service = nothing, since the service that it reads is switched off
connections-nothing-organization = nothing, since the organisation is switched off
connections-nothing-project = nothing, since the project is switched off
connections-nothing-key = nothing, since something that it needs is switched off
connections-nothing-membership = nothing, since you are no longer a member of the project
# Why it ended.
connections-ended-you = you disconnected it
connections-ended-owner = an owner or admin of the organisation disconnected it
connections-ended-operator = the operator of this server took it back
connections-ended-app = the app disconnected itself
connections-ended-reused = a replaced key was used again, which may mean that it was copied
connections-ended-unused = it was not used for a long time
connections-ended-expired = its time was over
connections-ended-membership = you are no longer a member of the project
connections-ended-unmet = the organisation demands more of a sign-in than this one had shown; connect it again
connections-ended-password = the operator of this server gave your account a new password
connections-ended-disabled = the account, the organisation, the project or the app was switched off
connections-ended-backup = the server was restored from a backup; connect it again
# What happened to one.
connections-notice-reused = { $app } was disconnected to protect you
    .text = A key that had been replaced was used again, so somebody may have copied it, or the program lost its place. It can read nothing any more. Connect it again if it is yours.
connections-notice-shared = { $app } may be used in two places
    .text = Two programs use this connection, or somebody copied it. If that is not you, disconnect it below.
connections-notice-disconnected = { $app } is disconnected
    .text = It can read nothing any more.
connections-ended-reset = you chose a new password with a link from a mail
connections-ended-left = you gave up your account
connections-device = Device
connections-device-since = asked from { $address }, let in { $since }
# For others than the person who allowed it.
connections-given-by = Given by
connections-older = Show older ones
connections-ended-person = whoever had allowed it took it back, or gave up their account
connections-ended-person-parted = whoever had allowed it is no longer a member of the project
connections-nothing-person = nothing, since the account of whoever allowed it is switched off
connections-nothing-person-parted = nothing, since whoever allowed it is no longer a member of the project
# What has access to an organisation or to a project.
connections-access = What has access
    .lead = Every app, device and key that can reach a project of this organisation. Ending one works at once, and whoever allowed it sees that you did.
    .none = Nothing has access now.
