//! Attacks on the browser side: redirects, sessions, consent, forms.
