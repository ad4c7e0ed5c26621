# Letting a device in by the code that it shows.
device-title = Let a device in
device-lead = Type the code that your device shows.
device-carried = Compare this code with the one that your device shows.
device-code = Code
    .hint = Eight letters. Capitals, dashes and spaces do not matter.
device-only-yours = Go on only if you started this yourself, a moment ago, on a device of your own. Nobody from support will ever ask you to do this.
device-continue = Continue
device-wrong = This code is not right, or not right any more. Compare it with your device, or let the device show a new one.
device-too-many = There were too many wrong codes. Wait a few minutes, then try again.
# On the page that asks.
device-asks = A { $device } asks to be let in.
    .device = device
    .title = A device asks to be let in
    .warning = Nobody from support will ever ask you to do this.
device-compare = Your device must show this code
device-asked-from = Asked from
device-asked-with = Asked with
device-asked-at = Asked
device-silent = a program that does not say which it is
device-reads-only = · a device can only read it
device-own = I started this on my own device
    .needed = Tick that you started this on your own device. If you did not, do not allow it.
# When it is decided.
device-allowed = Your device is let in
    .text = { $app } goes on by itself in a few seconds. You can close this page.
device-denied = Your device is not let in
    .text = { $app } was told so, and can read nothing. You can close this page.
device-see = See what has access
