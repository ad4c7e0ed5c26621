# The inbox of a development server.
dev-mail-title = Mail
dev-mail-lead = What this development server would have sent, newest first. It lives as long as the process.
dev-mail-script = A script waits for the next one with { $request }.
dev-mail-empty = Nothing was sent yet
    .text = A mail is sent when somebody’s connection is ended to protect them, or used in two places. It appears here then.
dev-mail-to = to { $address },
dev-mail-open = Open its link
