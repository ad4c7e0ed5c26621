# Die Seite, die der Link einer Einladung öffnet.
invitation-question = Mitglied von „{ $organization }“ werden?
    .by = { $inviter } bittet Sie darum.
    .by-operator = Die Betreiber dieses Servers bitten Sie darum.
    .role-member = Sie werden Mitglied: Sie dürfen die Projekte benutzen, die für Sie offen sind.
    .role-admin = Sie verwalten dann mit: Mitglieder, Projekte und was Zugriff hat.
    .role-owner = Die Organisation gehört dann auch Ihnen: Sie dürfen alles, auch löschen.
    .role-named = Sie werden Mitglied mit der Rolle „{ $role }“.
    .until = Die Einladung gilt bis { $until }.
    .join = { $organization } beitreten
    .before = Melden Sie sich als { $address } an, oder legen Sie ein Konto mit dieser Adresse an. Danach kommen Sie hierher zurück.
    .sign-in = Anmelden
    .sign-up = Konto anlegen
    .other = Die Einladung ist für { $address }, und Sie sind als { $own } angemeldet.
    .another = Anderes Konto benutzen
    .unverified = Zeigen Sie zuerst, dass { $address } Ihnen gehört.
    .verify = Adresse bestätigen
    .not-you = Wenn Sie damit nichts anfangen können, schließen Sie die Seite. Es geschieht nichts.
