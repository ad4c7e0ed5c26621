time-date = { $day }. { $month } { $year }
time-at = { $date }, { $time } Uhr UTC
time-months =
    .january = Januar
    .february = Februar
    .march = März
    .april = April
    .may = Mai
    .june = Juni
    .july = Juli
    .august = August
    .september = September
    .october = Oktober
    .november = November
    .december = Dezember
time-just-now = gerade eben
time-minutes-ago = { $count ->
    [one] vor 1 Minute
   *[other] vor { $count } Minuten
}
time-hours-ago = { $count ->
    [one] vor 1 Stunde
   *[other] vor { $count } Stunden
}
time-days-ago = { $count ->
    [one] vor 1 Tag
   *[other] vor { $count } Tagen
}
time-seconds = { $count ->
    [one] 1 Sekunde
   *[other] { $count } Sekunden
}
time-minutes = { $count ->
    [one] 1 Minute
   *[other] { $count } Minuten
}
time-hours = { $count ->
    [one] 1 Stunde
   *[other] { $count } Stunden
}
time-days = { $count ->
    [one] 1 Tag
   *[other] { $count } Tage
}
