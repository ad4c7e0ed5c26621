# The page that an invitation's link opens.
invitation-question = Become a member of “{ $organization }”?
    .by = { $inviter } asks you to.
    .by-operator = The operator of this server asks you to.
    .role-member = You will be a member: you may use the projects that are open to you.
    .role-admin = You will be an admin: you may manage members, projects and what has access.
    .role-owner = You will be an owner: you may do everything here, and delete it.
    .role-named = You will be a member with the role “{ $role }”.
    .until = It counts until { $until }.
    .join = Join { $organization }
    .before = Sign in as { $address }, or make an account with that address. Then you come back here.
    .sign-in = Sign in
    .sign-up = Make an account
    .other = The invitation is for { $address }, and you are signed in as { $own }.
    .another = Use another account
    .unverified = Prove first that { $address } is yours.
    .verify = Confirm the address
    .not-you = If you know nothing of this, close the page. Nothing happens.
