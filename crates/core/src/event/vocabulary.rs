//! The vocabulary: one struct for each kind of event.
//!
//! `N` is what a name is and `T` what a text is: [`Name`] and [`Text`] in the API, [`Sym`](crate::name::Sym)
//! and `()` in the fold. A kind's number and a field's place are on disk for ever; a kind that must change gets
//! a higher schema version and an upcaster, as [`Rated`], [`ContactStarted`] and [`FormProgressed`] have.

use super::define::vocabulary;
use super::upcast;
use super::{
    AccountRole, ApologyStep, AskedBy, Author, CancellationOutcome, Channel, ChargeOutcome,
    CircumstanceChange, Consent, Direction, Ending, EntitlementChange, FormProgress, IdentifierHash,
    Instrument, MeetingChange, MenuExit, Money, OfferAnswer, Preference, Sentiment, StatedBy, Strength,
    SubscriptionChange, Text, TextVerdict, Tone, TransferKind, WorkEffect,
};
use crate::ids::{ContactId, EventId, IssueRef, LinkId, ProfileId, PromiseId};
use crate::name::Name;
use crate::time::Micros;
use crate::wire::{Decode, DecodeError, Encode, Reader, Reading, Writer};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

vocabulary! {
    /// A contact began.
    1 "contact.started" v 2 => ContactStarted [N] {
        /// The contact; its id also names the case that comes to hold it.
        contact: ContactId,
        /// Where.
        channel: Channel,
        /// Who began it.
        direction: Direction,
        /// What it is about, if that is known at the start.
        topic: Option<N>,
        /// An explicit reference to the issue: ticket, thread, order.
        issue: Option<IssueRef>,
        /// What we make contact for, by the name that the rulebook's `[contact]` knows it by: `sales`, `survey`. None:
        /// nobody said, as nobody could in the first version of the schema.
        purpose: Option<N>,
    }
    /// The caller reached a level of a menu.
    2 "contact.menu-reached" v 1 => MenuReached [] {
        /// The contact.
        contact: ContactId,
        /// How deep the menu is here; 1 is the first level.
        depth: u16,
        /// Whether there was a way on.
        exit: MenuExit,
    }
    /// The customer began to wait in a queue.
    3 "contact.queued" v 1 => Queued [N] {
        /// The contact.
        contact: ContactId,
        /// The queue.
        queue: N,
    }
    /// The customer was put on hold.
    4 "contact.held" v 1 => Held [] {
        /// The contact.
        contact: ContactId,
    }
    /// A person took the customer from the queue or from hold.
    5 "contact.connected" v 1 => Connected [N] {
        /// The contact.
        contact: ContactId,
        /// Who took it.
        agent: Option<N>,
    }
    /// The customer was moved to somebody else.
    6 "contact.transferred" v 1 => Transferred [N] {
        /// The contact.
        contact: ContactId,
        /// How.
        transfer: TransferKind,
        /// To which queue or person.
        to: Option<N>,
    }
    /// A contact ended. An ending is no answer.
    7 "contact.ended" v 1 => ContactEnded [N] {
        /// The contact.
        contact: ContactId,
        /// How it ended.
        ending: Ending,
        /// Who ended it, if a person of the company did.
        agent: Option<N>,
    }
    /// Somebody wrote or said something in a contact.
    8 "message" v 1 => Message [N, T] {
        /// The contact.
        contact: ContactId,
        /// Who wrote it.
        author: Author,
        /// Which agent, if a person of the company did.
        agent: Option<N>,
        /// What the text was judged to be when it came in, if somebody did.
        verdict: Option<TextVerdict>,
        /// The words.
        text: Option<T>,
    }
    /// The customer said that the answer is good.
    9 "answer.accepted" v 1 => AnswerAccepted [] {
        /// The contact whose case was answered.
        contact: ContactId,
    }
    /// The customer said that it is not.
    10 "answer.rejected" v 1 => AnswerRejected [] {
        /// The contact whose case was answered.
        contact: ContactId,
    }
    /// An agent or a ticket says "resolved". A claim: only the customer can confirm it.
    11 "resolution.claimed" v 1 => ResolutionClaimed [N] {
        /// The contact.
        contact: ContactId,
        /// Who claims it.
        agent: Option<N>,
    }
    /// Somebody worked on a contact without speaking to the customer.
    12 "work.done" v 1 => WorkDone [N] {
        /// The contact.
        contact: ContactId,
        /// Who.
        agent: Option<N>,
        /// What, in the source's own word.
        activity: Option<N>,
        /// What it means for the case.
        effect: WorkEffect,
    }
    /// The customer answered a survey.
    13 "rated" v 2 => Rated [T] {
        /// The contact it is about; none for the relationship as a whole.
        contact: Option<ContactId>,
        /// What was asked.
        instrument: Instrument,
        /// The answer.
        score: u8,
        /// The best answer that the scale has.
        best: u8,
        /// The worst one, if the source says so. Above `best`, the scale runs downwards: 1 is very good.
        worst: Option<u8>,
        /// What the customer wrote beside it.
        comment: Option<T>,
    }
    /// The customer looked at a page.
    14 "page.viewed" v 1 => PageViewed [N] {
        /// The page, by the name that rules know it by.
        page: N,
    }
    /// The customer was told that something will happen by a time.
    15 "promise.made" v 1 => PromiseMade [N] {
        /// The promise.
        promise: PromiseId,
        /// The contact in which it was made.
        contact: Option<ContactId>,
        /// What was promised.
        what: N,
        /// By when.
        due: Micros,
    }
    /// What was promised was done.
    16 "promise.kept" v 1 => PromiseKept [] {
        /// The promise.
        promise: PromiseId,
    }
    /// The customer left a voicemail, which promises to call back.
    17 "voicemail.left" v 1 => VoicemailLeft [T] {
        /// The contact.
        contact: ContactId,
        /// The promise that the announcement made.
        promise: PromiseId,
        /// By when the announcement said that somebody calls back; none: the rulebook's time holds.
        due: Option<Micros>,
        /// What was said, as text.
        text: Option<T>,
    }
    /// The customer was seen under an identifier.
    18 "identifier.claimed" v 1 => IdentifierClaimed [N] {
        /// What kind of identifier: `email`, `phone`, `account`.
        kind: N,
        /// The keyed hash of its normalised value.
        hash: IdentifierHash,
    }
    /// Two profiles were found to be one customer. Recorded in the streams of both.
    19 "profile.linked" v 1 => ProfileLinked [] {
        /// The link, by which it can be taken back.
        link: LinkId,
        /// The profile at the other end.
        other: ProfileId,
    }
    /// A link was a mistake. Recorded in the streams of both.
    20 "profile.unlinked" v 1 => ProfileUnlinked [] {
        /// The link that is taken back.
        link: LinkId,
        /// The profile at the other end.
        other: ProfileId,
    }
    /// The company really did something: a mail sent, an offer made, a call placed.
    21 "action.taken" v 1 => ActionTaken [N] {
        /// What was done, by the name that the rulebook's prescriptions use.
        action: N,
        /// The contact it belongs to, if any.
        contact: Option<ContactId>,
        /// The announcement that prescribed it, if one did.
        announcement: Option<Uuid>,
    }
    /// Somebody or something judged a text.
    22 "text.judged" v 1 => TextJudged [N] {
        /// The event whose text was judged.
        message: EventId,
        /// The judgement.
        verdict: TextVerdict,
        /// Who or what judged.
        annotator: N,
        /// The annotator's version.
        annotator_version: u32,
    }
    /// A person closed the case of a contact without the customer's word, and says why.
    23 "case.overridden" v 1 => CaseOverridden [N, T] {
        /// The contact.
        contact: ContactId,
        /// Who takes the responsibility.
        by: N,
        /// Why.
        reason: T,
    }
    /// An event of the embedder's own. The shipped rules ignore it; rules in Rust may not.
    24 "custom" v 1 => Custom [N, T] {
        /// The event's name, registered by the embedder.
        name: N,
        /// The embedder's schema version.
        version: u16,
        /// The contact it belongs to, if any.
        contact: Option<ContactId>,
        /// A number that rules may read.
        value: Option<u64>,
        /// Whatever else there is, as the embedder encodes it.
        payload: Option<T>,
    }

    // From here on: kinds of the second generation. Where each comes from in practice: `docs/VOCABULARY.md`.

    /// The customer bought something: an order, a receipt, Segment's `Order Completed`.
    25 "purchase" v 1 => Purchase [N] {
        /// The shop's own number for the order.
        order: Option<N>,
        /// How many items.
        items: u32,
        /// What they cost together.
        amount: Option<Money<N>>,
        /// The product, if it was one.
        product: Option<N>,
    }
    /// Money was asked for or taken: a line of an invoice, a payment, a direct debit.
    26 "charged" v 1 => Charged [N] {
        /// The number of the invoice or payment.
        charge: Option<N>,
        /// What the line says, by the company's own name for it.
        line: Option<N>,
        /// The subscription that it is for.
        subscription: Option<N>,
        /// How much.
        amount: Option<Money<N>>,
        /// What became of it.
        outcome: ChargeOutcome,
    }
    /// Money was given back.
    27 "refunded" v 1 => Refunded [N] {
        /// The order that it is for.
        order: Option<N>,
        /// The charge that it is for.
        charge: Option<N>,
        /// How much.
        amount: Option<Money<N>>,
        /// Why, in the source's own word.
        reason: Option<N>,
    }
    /// A subscription or contract moved: from the billing system.
    28 "subscription.changed" v 1 => SubscriptionChanged [N] {
        /// Its number in the billing system.
        subscription: N,
        /// How it moved.
        change: SubscriptionChange,
        /// The plan that holds from now on.
        plan: Option<N>,
        /// From when, if that is not when it was recorded.
        effective: Option<Micros>,
    }
    /// The customer asked to leave.
    29 "cancellation.requested" v 1 => CancellationRequested [N, T] {
        /// What is cancelled; none: everything.
        subscription: Option<N>,
        /// The contact in which it was said.
        contact: Option<ContactId>,
        /// From when.
        effective: Option<Micros>,
        /// The reason that was picked.
        reason: Option<N>,
        /// The reason in the customer's own words.
        text: Option<T>,
    }
    /// What became of a cancellation.
    30 "cancellation.settled" v 1 => CancellationSettled [N] {
        /// What was to be cancelled; none: everything.
        subscription: Option<N>,
        /// What became of it.
        outcome: CancellationOutcome,
    }
    /// An offer or promotion was put to the customer.
    31 "offer.made" v 1 => OfferMade [N] {
        /// The offer, by its code.
        offer: N,
        /// The campaign that it belongs to.
        campaign: Option<N>,
        /// Where it was made.
        channel: Option<Channel>,
        /// The contact in which it was made.
        contact: Option<ContactId>,
        /// Until when it holds.
        expires: Option<Micros>,
    }
    /// What the customer did with an offer or promotion.
    32 "offer.answered" v 1 => OfferAnswered [N] {
        /// The offer, by its code.
        offer: N,
        /// What.
        answer: OfferAnswer,
        /// The contact in which it was said.
        contact: Option<ContactId>,
    }
    /// A right of the customer's: a standing discount, a warranty, a waiver.
    33 "entitlement.changed" v 1 => EntitlementChanged [N] {
        /// The right, by the company's name for it.
        entitlement: N,
        /// What happened to it.
        change: EntitlementChange,
        /// Until when it holds.
        until: Option<Micros>,
    }
    /// The customer agreed to another time for what was promised.
    34 "promise.renegotiated" v 1 => PromiseRenegotiated [] {
        /// The promise.
        promise: PromiseId,
        /// The contact in which it was agreed.
        contact: Option<ContactId>,
        /// By when now.
        due: Micros,
    }
    /// A partner's or carrier's system told where a thing stands: a parcel scan, a bag tracer, a repair shop.
    35 "partner.updated" v 1 => PartnerUpdated [N] {
        /// Who.
        partner: N,
        /// The issue that it is about, by the partner's reference.
        issue: Option<IssueRef>,
        /// The contact that it is about.
        contact: Option<ContactId>,
        /// Where the thing stands, in the partner's own word.
        status: Option<N>,
        /// In how many seconds the partner promises its next update.
        next_within_secs: Option<u32>,
    }
    /// The customer was asked to prove who she is: a menu's prompt, an agent's form, a login.
    36 "identity.asked" v 1 => IdentityAsked [N] {
        /// The contact.
        contact: Option<ContactId>,
        /// Who asked.
        by: AskedBy,
        /// Which agent, if a person did.
        agent: Option<N>,
        /// How strong a proof was asked for.
        strength: Option<Strength>,
        /// Why more was asked for than was there already: a step-up. None: no reason was stated.
        reason: Option<N>,
    }
    /// The customer proved who she is.
    37 "identity.verified" v 1 => IdentityVerified [N] {
        /// The contact.
        contact: Option<ContactId>,
        /// How: `account-number`, `one-time-code`.
        method: Option<N>,
        /// How strong the proof is.
        strength: Strength,
        /// Until when it holds; none: as long as the contact lasts.
        expires: Option<Micros>,
    }
    /// The customer allowed or forbade to use data for a purpose.
    38 "consent.changed" v 1 => ConsentChanged [N] {
        /// The purpose, by the name that the rulebook knows it by.
        purpose: N,
        /// Whether.
        consent: Consent,
        /// The contact in which it was said.
        contact: Option<ContactId>,
    }
    /// The customer said how she wants to be dealt with.
    39 "preference.stated" v 1 => PreferenceStated [N] {
        /// What about.
        preference: Preference,
        /// The channel that she prefers, where it is about that.
        channel: Option<Channel>,
        /// What she prefers otherwise. Neither: she takes it back.
        value: Option<N>,
    }
    /// Somebody stated a fact about the customer.
    40 "fact.stated" v 1 => FactStated [N] {
        /// Which: `household-size`, `moves-house`.
        fact: N,
        /// What it is; none: it is taken back.
        value: Option<N>,
        /// Who says so.
        by: StatedBy,
    }
    /// A state of life that changes what is decent began or ended: bereavement, hardship.
    41 "circumstance.changed" v 1 => CircumstanceChanged [N] {
        /// Which.
        circumstance: N,
        /// What happened to it.
        change: CircumstanceChange,
        /// Who says so.
        by: StatedBy,
    }
    /// The company owes an apology, or gave it.
    42 "apology" v 1 => Apology [N] {
        /// The contact that it is about.
        contact: Option<ContactId>,
        /// Which of the two.
        step: ApologyStep,
        /// Who gave it.
        agent: Option<N>,
        /// What for.
        reason: Option<N>,
    }
    /// The company made something good with money or a favour.
    43 "concession.given" v 1 => ConcessionGiven [N] {
        /// The contact that it is about.
        contact: Option<ContactId>,
        /// What: `credit`, `fee-waiver`.
        what: N,
        /// Who gave it.
        agent: Option<N>,
        /// What it is worth.
        amount: Option<Money<N>>,
    }
    /// The customer has a part in an account: a household, a company, an estate.
    44 "account.changed" v 1 => AccountChanged [N] {
        /// The account.
        account: N,
        /// Which part.
        role: AccountRole,
    }
    /// A meeting with the customer: from a calendar or a CRM.
    45 "meeting.changed" v 1 => MeetingChanged [N] {
        /// The meeting, by the calendar's reference.
        meeting: N,
        /// What happened to it.
        change: MeetingChange,
        /// When it begins.
        starts: Option<Micros>,
        /// The account that it is about.
        account: Option<N>,
        /// What it is for.
        purpose: Option<N>,
    }
    /// The customer said unasked what she thinks: a suggestion, praise, a complaint box.
    46 "feedback.given" v 1 => FeedbackGiven [N, T] {
        /// The contact that it is about.
        contact: Option<ContactId>,
        /// What it is about.
        about: Option<N>,
        /// Which way it points, if the source says so.
        tone: Option<Tone>,
        /// The words.
        text: Option<T>,
    }
    /// A model predicted something about the customer.
    47 "prediction.made" v 1 => PredictionMade [N] {
        /// What: `moves-house`.
        prediction: N,
        /// Which model.
        model: N,
        /// The model's version.
        model_version: u32,
        /// How likely, in percent.
        percent: Option<u8>,
    }
    /// Somebody who knows said that a prediction is wrong.
    48 "prediction.contradicted" v 1 => PredictionContradicted [N] {
        /// Which.
        prediction: N,
        /// Who says so.
        by: StatedBy,
    }
    /// The caller was told how long the wait will be.
    49 "wait.told" v 1 => WaitTold [] {
        /// The contact.
        contact: ContactId,
        /// How long.
        wait_secs: u32,
    }
    /// The caller was offered a call back.
    50 "callback.offered" v 1 => CallbackOffered [] {
        /// The contact.
        contact: ContactId,
        /// From when it would be.
        from: Option<Micros>,
        /// By when it would be.
        due: Option<Micros>,
    }
    /// The customer asked to be called back, and no time was named.
    51 "callback.requested" v 1 => CallbackRequested [] {
        /// The contact.
        contact: ContactId,
        /// The promise that this makes; the rulebook says by when it is to be kept.
        promise: PromiseId,
    }
    /// A call back was agreed on, at a time: a promise with a window.
    52 "callback.scheduled" v 1 => CallbackScheduled [] {
        /// The contact.
        contact: ContactId,
        /// The promise that this makes, or one that was made and now has a time.
        promise: PromiseId,
        /// From when; a call before it is none. None: from now on.
        from: Option<Micros>,
        /// By when.
        due: Micros,
    }
    /// A form on a page or in an app was begun, went on, was left or was sent.
    53 "form.progressed" v 2 => FormProgressed [N] {
        /// The form, by the name that rules know it by.
        form: N,
        /// The contact that it became, once it did.
        contact: Option<ContactId>,
        /// What happened to it.
        progress: FormProgress,
        /// The step that was reached, from 1.
        step: Option<u16>,
        /// Where it was filled in; none: on the channel of its contact, if it names one that is known. Events of schema 1
        /// do not say.
        channel: Option<Channel>,
    }
    /// The customer had to enter again what she had entered before.
    54 "field.reentered" v 1 => FieldReentered [N] {
        /// The field.
        field: N,
        /// The form, menu or script that asked for it.
        form: Option<N>,
        /// The contact.
        contact: Option<ContactId>,
    }
    /// How many people saw a public post.
    55 "reach.measured" v 1 => ReachMeasured [] {
        /// The contact that the post began.
        contact: ContactId,
        /// How many, by the network's own count.
        reach: u64,
    }
    /// Somebody or something read out of a text what it is about. A stated topic outranks it.
    56 "text.classified" v 1 => TextClassified [N] {
        /// The event whose text was read.
        message: EventId,
        /// The contact that it belongs to, which takes the topic if it has none that was stated.
        contact: Option<ContactId>,
        /// What it is about.
        topic: Option<N>,
        /// What the writer wants: `cancel`, `pay`.
        intent: Option<N>,
        /// How it sounds.
        sentiment: Option<Sentiment>,
        /// Who or what read it.
        annotator: N,
        /// The annotator's version.
        annotator_version: u32,
    }
}

impl EventKind {
    /// The first number that belongs to records of other crates.
    pub const FIRST_FOREIGN: u16 = 1_000;

    /// The kind that a document's word names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|k| k.as_str() == word)
    }
}

impl core::fmt::Display for EventKind {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.as_str())
    }
}

impl EventData {
    /// Reads the data of an event of this kind, as this version of its schema has it, from any serde format. None if
    /// there is no such version.
    pub fn deserialize_schema<'de, D: serde::Deserializer<'de>>(
        kind: EventKind,
        schema: u8,
        from: D,
    ) -> Option<Result<Self, D::Error>> {
        if schema == kind.schema() {
            return Some(Self::deserialize_kind(kind, from));
        }
        upcast::deserialize(kind, schema, from)
    }
}
