"""Which answers of each classifier are right for each event, in its own words.

None has a word for every event. Sisimai 4 knows no "authentication failed": it says securityerror, policyviolation,
blocked or rejected of what SPF, DKIM and DMARC turned away, and filtered of a recipient who is refused behind DATA.
Answers that only repeat the class of the reply (onhold, other, action_not_taken) are never right.
"""

SISIMAI_AUTHENTICATION = {"securityerror", "policyviolation", "blocked", "rejected"}
SISIMAI = {
    "greylisted": {"blocked", "toomanyconn"},
    "rate_limited": {"toomanyconn", "blocked", "policyviolation"},
    "too_many_connections": {"toomanyconn", "blocked"},
    "reputation_throttled": {"blocked", "policyviolation", "toomanyconn"},
    "reputation_blocked": {"blocked", "policyviolation", "rejected"},
    "dnsbl_listed": {"blocked", "rejected"},
    "no_ptr": {"blocked", "policyviolation"},
    "helo_rejected": {"blocked", "rejected", "syntaxerror"},
    "region_blocked": {"blocked", "policyviolation"},
    "tls_required": {"securityerror", "policyviolation"},
    "sender_domain_bad": {"rejected"},
    "null_sender_refused": {"rejected"},
    "relay_denied": {"norelaying"},
    "spf_fail": SISIMAI_AUTHENTICATION,
    "dkim_fail": SISIMAI_AUTHENTICATION,
    "dmarc_fail": SISIMAI_AUTHENTICATION,
    "dmarc_temperror": SISIMAI_AUTHENTICATION,
    "auth_required_bulk": SISIMAI_AUTHENTICATION,
    "unknown_user": {"userunknown", "filtered", "hasmoved"},
    "mailbox_full": {"mailboxfull"},
    "mailbox_disabled": {"suspend", "userunknown", "filtered"},
    "too_large": {"mesgtoobig", "exceedlimit"},
    "too_many_recipients": {"toomanyconn"},
    "content_rejected": {"spamdetected", "contenterror", "policyviolation"},
    "virus": {"virusdetected", "securityerror", "contenterror", "policyviolation"},
    "local_error": {"systemerror", "mailererror", "notaccept", "systemfull"},
    "syntax_error": {"syntaxerror", "contenterror", "policyviolation"},
    "protocol_abuse": {"syntaxerror", "toomanyconn", "networkerror"},
    "timeout": {"networkerror", "expired"},
    "maintenance": {"notaccept", "systemerror"},
}

ZONE_MTA_AUTHENTICATION = {"auth", "dmarc", "policy", "block"}
ZONE_MTA = {
    "greylisted": {"greylist"},
    "rate_limited": {"rate", "block", "policy"},
    "too_many_connections": {"rate", "capacity", "block"},
    "reputation_throttled": {"rate", "block", "policy", "blacklist", "spam"},
    "reputation_blocked": {"block", "policy", "blacklist", "spam"},
    "dnsbl_listed": {"blacklist", "block"},
    "no_ptr": {"policy", "config", "block"},
    "helo_rejected": {"block", "policy", "protocol", "config"},
    "region_blocked": {"block", "policy"},
    "tls_required": {"policy", "config", "auth"},
    "sender_domain_bad": {"config", "sender", "policy"},
    "null_sender_refused": {"sender", "policy", "envelope"},
    "relay_denied": {"block", "protocol", "policy", "auth"},
    "spf_fail": ZONE_MTA_AUTHENTICATION,
    "dkim_fail": ZONE_MTA_AUTHENTICATION,
    "dmarc_fail": ZONE_MTA_AUTHENTICATION,
    "dmarc_temperror": ZONE_MTA_AUTHENTICATION,
    "auth_required_bulk": ZONE_MTA_AUTHENTICATION,
    "unknown_user": {"recipient", "envelope"},
    "mailbox_full": {"capacity"},
    "mailbox_disabled": {"recipient", "envelope"},
    "too_large": {"message", "capacity"},
    "too_many_recipients": {"message", "rate", "capacity"},
    "content_rejected": {"spam", "message", "block", "policy"},
    "virus": {"virus", "message"},
    "local_error": {"network", "capacity", "protocol"},
    "syntax_error": {"protocol", "message"},
    "protocol_abuse": {"protocol", "network", "policy"},
    "timeout": {"network"},
    "maintenance": {"network", "capacity"},
}

EMAIL_BOUNCE_PARSER = {
    "rate_limited": {"action_not_taken_mailbox_rate_limited", "recipient_disabled_or_recipient_rate_limited",
                     "ip_blocked_spam", "server_busy", "reputation"},
    "too_many_connections": {"server_busy", "service_not_available"},
    "reputation_throttled": {"reputation", "ip_blocked_spam", "server_busy"},
    "reputation_blocked": {"reputation", "ip_blocked_spam", "spam_content"},
    "dnsbl_listed": {"ip_blocked_spam", "spam_content"},
    "helo_rejected": {"invalid_helo_ehlo"},
    "sender_domain_bad": {"server_unknown"},
    "spf_fail": {"authentication_failure"},
    "dkim_fail": {"authentication_failure"},
    "dmarc_fail": {"authentication_failure"},
    "auth_required_bulk": {"authentication_failure"},
    "unknown_user": {"no_such_recipient", "user_not_local"},
    "mailbox_full": {"mailbox_full", "mailbox_over_quota", "action_aborted_exceeded_storage_allocation"},
    "mailbox_disabled": {"recipient_disabled_or_recipient_rate_limited", "no_such_recipient"},
    "too_large": {"message_size_limit", "action_aborted_exceeded_storage_allocation"},
    "content_rejected": {"spam_content"},
    "virus": {"spam_content"},
    "local_error": {"action_aborted_local_error", "temporary_system_problem", "server_busy"},
    "syntax_error": {"syntax_error", "syntax_error_parameters", "parameters_not_recognized"},
    "timeout": {"server_timeout", "timeout"},
}

ACCEPTED = {"Sisimai": SISIMAI, "ZoneMTA": ZONE_MTA, "email-bounce-parser": EMAIL_BOUNCE_PARSER}


def is_right(classifier, reply, reason):
    """`reply`: an event with an optional variant, "rate_limited/ip"."""
    return reason in ACCEPTED[classifier].get(reply.partition("/")[0], set())
