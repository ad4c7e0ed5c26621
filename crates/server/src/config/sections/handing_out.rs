//! What apps, devices and services are handed, and how they introduce themselves.

use std::path::PathBuf;

use crate::config::{HumanDuration, Rate, section::section};

section! {
    /// Lifetimes of what is handed out, and what happens around a refresh.
    pub struct Tokens as "tokens" {
        /// How long an access token works. At least twice `retry_window`.
        access_lifetime: HumanDuration = HumanDuration::minutes(15);
        /// How long a connection lives without being used.
        idle_lifetime: HumanDuration = HumanDuration::days(30);
        /// How long a connection lives at most, however often it is used.
        absolute_lifetime: HumanDuration = HumanDuration::days(365);
        /// How long a refresh may be repeated and gets the same answer. `0s` means that every repeat revokes.
        retry_window: HumanDuration = HumanDuration::seconds(30);
        /// How long a refresh whose answer was never used may be made again. At most `idle_lifetime`.
        recovery_window: HumanDuration = HumanDuration::days(7);
        /// How many refreshes in a row may be repeated before the next one revokes; 0 never revokes for that.
        repeat_limit: u32 = 0;
        /// How long an authorization code can be redeemed; at most 10m.
        code_lifetime: HumanDuration = HumanDuration::seconds(60);
        /// How long an ID token counts.
        id_token_lifetime: HumanDuration = HumanDuration::minutes(15);
        /// How long a person may take from an app's request to Allow.
        authorization_lifetime: HumanDuration = HumanDuration::hours(1);
    }
}

section! {
    /// API keys: how long they live, and how often one may be used.
    pub struct ApiKeys as "api_keys" {
        /// How long a key lives unless whoever makes it says otherwise.
        lifetime: HumanDuration = HumanDuration::days(365);
        /// How long the text that a rotation replaces works beside the new one; `0s` ends it at once.
        rotation_overlap: HumanDuration = HumanDuration::days(1);
        /// Uses in a minute of a key that has no cap of its own; 0 is no cap.
        per_minute: u32 = 6000;
        /// Uses in a calendar month (UTC) of a key that has no cap of its own; 0 is no cap.
        per_month: u32 = 0;
    }
}

section! {
    /// The ways in which a client may arrive by itself.
    pub struct Registration as "registration" {
        /// Whether clients may register themselves (RFC 7591).
        dynamic: bool = true;
        /// Whether a client may be known by its client ID metadata document.
        documents: bool = true;
        /// How many registrations one address may make.
        per_address: Rate = Rate::new(30, HumanDuration::hours(1));
        /// How long a registered client that nobody ever used is kept.
        unused_expiry: HumanDuration = HumanDuration::days(7);
    }
}

section! {
    /// Devices and programs that a person lets in by a code (RFC 8628). Only clients that you list for it may ask:
    /// `lanyard client add --device`.
    pub struct Device as "device" {
        /// How long a code counts; at most 10m.
        code_lifetime: HumanDuration = HumanDuration::minutes(10);
        /// How many codes one address may ask for.
        per_address: Rate = Rate::new(60, HumanDuration::hours(1));
        /// How many wrong codes one browser, one address or one account may type.
        wrong_codes: Rate = Rate::new(5, HumanDuration::minutes(10));
        /// How many wrong codes may be typed by everybody together, in the time of `wrong_codes`.
        wrong_codes_in_all: u32 = 1000;
    }
}

section! {
    /// How client ID metadata documents are fetched.
    pub struct Documents as "documents" {
        /// A PEM file with a test authority; documents on loopback are then fetched under it. Development only:
        /// `lanyard serve` refuses it.
        development_ca: Option<PathBuf> = None;
    }
}

section! {
    /// What downstream apps are told as it happens, at `/events`.
    pub struct Events as "events" {
        /// For how long an app that was away can hear what it missed; after that it is told to forget all that it knows.
        retention: HumanDuration = HumanDuration::days(7);
        /// How many streams one resource may hold open at each server process.
        streams_per_resource: u32 = 16;
        /// How many all resources together may.
        streams: u32 = 256;
    }
}
