# Why something cannot be a password.
unfit-too-short = This password is too short. Use at least { $least } characters.
unfit-too-long = This password is too long. Use at most 256 characters.
unfit-breached = This password was stolen from another service and is among the first that somebody tries. Use another one, here and wherever else you use it.
unfit-about-you = This password is easy to guess: your name, your address or the name of this place is in it. Add a few words that have nothing to do with you.
unfit-common = This password is easy to guess: it is like one that very many people use. Use a few unrelated words instead.
unfit-keys = This password is easy to guess: it is a row of keys. Use a few unrelated words instead.
unfit-repetition = This password is easy to guess: it is the same again and again. Use a few unrelated words instead.
unfit-sequence = This password is easy to guess: it is a sequence, like abcd or 4321. Use a few unrelated words instead.
unfit-date = This password is easy to guess: a date or a year is most of it. Add a few unrelated words.
unfit-words = This password is easy to guess: it has too few words. Add another word or two.
