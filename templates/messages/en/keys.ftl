# The API keys of an organisation.
keys-title = API keys
    .lead = A key is for a program without a person: it sees one project, and reads it or sends to it. It ends with your membership if you made it.
    .all = Keys
    .none = There is no key yet.
    .back = Back to the keys
keys-row =
    .project = project
    .can = can { $acts }
    .until = until
    .used = last used
    .never = never used
    .from = from
    .minute = { $count ->
        [0] no limit in a minute
        [one] once in a minute
       *[other] { $count } times in a minute
    }
    .month = { $count ->
        [0] no limit in a month
        [one] once in a month
       *[other] { $count } times in a month
    }
    .overlap = the text before works until
    .broken = does not work now
    .rotate = Replace
    .revoke = Take back
keys-new = A new key
    .act = Make the key
    .no-project = A key is for one project, and there is none yet. Make one first.
    .no-scope = Nothing that runs on this server takes keys yet.
keys-name = What you call it
keys-project = Project
keys-scopes = What it may do
keys-scope =
    .reads = reads
    .ingests = takes in
keys-days = Days until it ends
    .hint = As this server has it, if you leave it empty.
keys-addresses = Networks from which it may be used
    .hint = One on each line, such as 192.0.2.0/24. From anywhere, if you leave it empty.
keys-per-minute = Uses in a minute
    .hint = 0 is no limit; as this server has it, if you leave it empty.
keys-per-month = Uses in a month
    .hint = 0 is no limit; as this server has it, if you leave it empty.
keys-wrong =
    .name = A name has 1 to 100 characters on one line.
    .scopes = Choose at least one thing that the key may do.
    .days = A key lives for 1 to 3650 days.
    .addresses = This is neither an address nor a network: write 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32.
    .per_minute = Write a number, or nothing.
    .per_month = Write a number, or nothing.
    .refused = This key cannot be made. Look at what you chose, and try again.
    .lately = This key was replaced lately, and the text before works still. Replace it again when that has ended.
keys-made = The key is made
    .once = Copy it now: it is not shown again.
    .note = Keep it where you keep passwords. Whoever has it is your program.
keys-rotated = The key has a new text
    .once = Copy it now: it is not shown again.
    .note = The text before works for a while, so that you can exchange it without a gap.
