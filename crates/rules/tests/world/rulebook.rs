//! A rulebook in which everything happens soon: short windows, lapses, repeats, settling, low levels.

/// Everything that the document can say, with lengths that lie on the grid of instants.
pub(crate) const TRYING: &str = r#"
[rulebook]
id = "trying"
version = "1"

[cases]
reopen_window = "2d"
retire_after = "3d"
lapse_after = "5d"
closes_at_rating = 0.8
reopens_at_rating = 0.4
calendar = "odd-hours"
pauses_for = ["customer"]

[answers]
unjudged_human = "reacts"
acknowledged_by = ["human", "automatic"]
boilerplate = "reacts"

[calendars.odd-hours]
zone = "Europe/Berlin"
holidays = ["01-03"]
hours.mon-sat = ["06:00-09:00", "11:00-20:00"]
hours.sun = ["10:00-11:00"]
special."2026-01-04" = ["00:00-24:00"]

[channels.phone]
opens = "when-unanswered"
unanswered_after = "1h"

[channels.chat]
opens = "when-unanswered"
unanswered_after = "24h"

[topics.billing]
reopen_window = "3d"

[topics.delivery]
child_of = ["billing"]
about = "offer"

[[targets]]
rule = "acknowledged"
clock = "acknowledged"
within = "1h"
repeat = "1h"
times = 4
settle = "2h"

[[targets]]
rule = "answered-by-a-person"
clock = "first-human"
within = "1h"
topics = ["delivery", "billing"]

[[targets]]
rule = "answered"
clock = "first-substantive"
within = "1d"
repeat = "1d"
times = 3
settle = "6h"

[[targets]]
rule = "answered-at-work"
clock = "first-substantive"
within = "5h"
calendar = "odd-hours"
pauses_for = ["customer", "third-party"]
repeat = "2h"
times = 3

[[targets]]
rule = "a-person-while-we-can"
clock = "first-human"
within = "2h"
pauses_for = ["third-party"]

[promises]
rule = "promise"
voicemail_within = "1h"
settle = "1h"
too_far = "record"
too_far_rule = "too-far"

[partners]
rule = "tells"
expected = "1h"
expected_of.tracer = "1d"
last = ["delivered"]
settle = "30m"

[[apologies]]
rule = "sorry-broken"
on = "promise-broken"
reason = "broken"

[[apologies]]
rule = "sorry-silent"
on = "partner-silent"
reason = "silence"

[[apologies]]
rule = "sorry-again"
on = "case-reopened"
reopened = 2
reason = "reopened"

[[apologies]]
rule = "sorry-late"
on = "target-missed"
of = "answered"
reason = "late"

[[limits]]
rule = "moved"
counts = "transfers"
above = 1

[[limits]]
rule = "moved-again"
counts = "transfers"
above = 2

[[limits]]
rule = "lost"
counts = "menu-depth"
above = 3

[[limits]]
rule = "back-and-forth"
counts = "ping-pongs"
above = 0

[[limits]]
rule = "held"
counts = "hold-minutes"
above = 59

[[limits]]
rule = "kept-waiting"
counts = "wait-minutes"
above = 59

[loops]
rule = "machines"
turns = 4
within = "1h"

[churn]
rule = "leaving"
half_life = "1d"
flag_at = 3.0
clear_at = 1.0
settle = "30m"

[[churn.signals]]
signal = "reads"
on = "page-viewed"
page = "cancellation-terms"
weight = 1.5
cap = 4.5

[[churn.signals]]
signal = "broken"
on = "promise-broken"
weight = 1.0
cap = 3.0

[[churn.signals]]
signal = "missed"
on = "target-missed"
weight = 1.0
cap = 2.0

[[churn.signals]]
signal = "again"
on = "case-reopened"
weight = 1.0
cap = 3.0

[[churn.signals]]
signal = "gave-up"
on = "contact-abandoned"
weight = 1.0
cap = 3.0

[[churn.signals]]
signal = "too-much"
on = "limit-passed"
weight = 1.0
cap = 3.0

[[churn.signals]]
signal = "silence"
on = "partner-silent"
weight = 0.5
cap = 1.0

[[churn.signals]]
signal = "rated-badly"
on = "rated"
at_most = 0.4
weight = 2.0
cap = 4.0

[[churn.signals]]
signal = "said-so"
on = "custom"
name = "complained-in-public"
weight = 2.0
cap = 4.0

[reach]
raises_priority_at = [10, 1000]

[[prescriptions]]
rule = "escalate-what-all-see"
on = "target-missed"
of = "answered"
reach_at_least = 1000
action = "escalate-to-team-lead"
owner = "team-lead"
within = "30m"
cooldown = "1d"

[[prescriptions]]
rule = "escalate-what-many-see"
on = "target-missed"
of = "answered"
reach_at_least = 10
action = "escalate-to-team-lead"
owner = "team-lead"
within = "1h"
cooldown = "1d"

[[prescriptions]]
rule = "escalate"
on = "target-missed"
of = "answered"
action = "escalate-to-team-lead"
owner = "team-lead"
within = "4h"
cooldown = "1d"

[[prescriptions]]
rule = "apologise"
on = "promise-broken"
action = "call-and-apologise"
owner = "team-lead"
within = "1d"

[[prescriptions]]
rule = "take-over"
on = "limit-passed"
of = "moved"
action = "take-over"
owner = "team-lead"
within = "1h"

[[prescriptions]]
rule = "tell-her"
on = "partner-silent"
action = "tell-her-where-it-stands"
owner = "case-owner"
within = "1h"
cooldown = "2h"

[[prescriptions]]
rule = "stop"
on = "machine-loop"
action = "stop-the-machines"
owner = "team-lead"
within = "1h"

[[prescriptions]]
rule = "fix"
on = "churn-flagged"
case = "open"
action = "fix-the-open-case"
owner = "case-owner"
within = "1d"
cooldown = "2d"

[[prescriptions]]
rule = "ask"
on = "churn-flagged"
cause = "reads"
action = "call-and-ask"
owner = "retention"
within = "3d"

[contact]
rule = "guard"
unread_first = true

[contact.purposes.service]
at_most = 2
within = "1h"

[contact.purposes.sales]
circumstances = ["bereavement"]
open_case = "any"
unread_inquiry = true
consent = "not-withdrawn"
at_most = 1
within = "1d"

[contact.purposes.survey]
open_case = ["delivery"]
consent = "given"

[charged_after_cancellation]
topic = "billing"
final_bill_within = "1h"
"#;
