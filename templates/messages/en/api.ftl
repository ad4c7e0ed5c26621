# The description of the management API; its operations are described in English.
api-title = Management API
api-lead = What the pages and the command line do here, a program does too: as JSON, under the same rules.
api-token = Every request carries a token: “Authorization: Bearer …”. Cookies and passwords are not looked at.
api-versions = What you change, you name by the version that you saw: send its ETag as If-Match. If somebody changed it meanwhile, you are told what it is now.
api-once = What you make, you may ask for again with the same Idempotency-Key: it is made once.
api-refusals = A refusal says what was wrong and what to do, as problem details (RFC 9457).
api-make-token = Make a token
api-description = OpenAPI 3.1
