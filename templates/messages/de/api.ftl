# Die Beschreibung der Verwaltungs-API; die Aufrufe selbst sind auf Englisch beschrieben.
api-title = Verwaltungs-API
api-lead = Was die Seiten und die Befehlszeile hier tun, tut auch ein Programm: als JSON, nach denselben Regeln.
api-token = Jede Anfrage trägt ein Token: „Authorization: Bearer …“. Cookies und Passwörter werden nicht beachtet.
api-versions = Was Sie ändern, nennen Sie mit der Version, die Sie gesehen haben: Senden Sie den ETag als If-Match. Hat es inzwischen jemand geändert, erfahren Sie, wie es jetzt ist.
api-once = Was Sie anlegen, dürfen Sie mit demselben Idempotency-Key noch einmal verlangen: Es wird einmal angelegt.
api-refusals = Eine Ablehnung sagt, was falsch war und was zu tun ist, als Problem Details (RFC 9457).
api-make-token = Ein Token erstellen
api-description = OpenAPI 3.1
