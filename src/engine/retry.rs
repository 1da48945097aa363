//! Handing out again what is held back of a parked customer.

use super::announcements::Announcements;
use super::load::{Known, read_stream};
use super::notice::{Item, Notice, items, unreadable};
use super::parking::Standing;
use super::{EngineError, Parked};
use std::collections::{BTreeSet, VecDeque};
use throughline_core::event::Version;
use throughline_core::ids::ProfileId;
use throughline_store::stream::StreamId;

/// A customer who is tried again.
#[derive(Debug)]
pub(super) struct Retry {
    /// The profiles that it is parked under: several, if they were linked since.
    group: Vec<ProfileId>,
    /// What is left to be handed out.
    left: VecDeque<Item>,
}

impl Announcements {
    /// Parks the customer of a notice that cannot be handled: nothing more of it is delivered, the notices of all others
    /// are. Durable at once, except for one who was parked already and is tried again: that is recorded by
    /// [`commit`](Self::commit).
    ///
    /// Say so before you ask for the next notice: what was handed out of the same customer after this one comes again
    /// with it. `why` is for people who look at [`parked`](Self::parked), cut at 200 characters and stored as it is: leave
    /// out what identifies the customer.
    ///
    /// Fails with [`EngineError::TooManyParked`] if 10,000 customers are parked (or as many as
    /// [`park_at_most`](Self::park_at_most) says).
    pub async fn park(&mut self, notice: &Notice, why: &str) -> Result<(), EngineError> {
        self.parkings.park(notice.profile, notice.place(), why).await?;
        self.drop_failed_retry();
        Ok(())
    }

    /// How many customers may be parked at once instead of 10,000. When so many are, it is the reader that is broken, as a
    /// rule, or what it writes to: it should stop, and not hold back one customer after the other.
    #[must_use]
    pub const fn park_at_most(mut self, customers: usize) -> Self {
        self.parkings.most = customers;
        self
    }

    /// Who is parked, in the order of profiles.
    pub fn parked(&self) -> Vec<Parked> {
        self.parkings.list()
    }

    /// Delivers what is held back of a parked customer again, in order, from the notice on that could not be handled, before
    /// anything else. When all of it is handed out and [`commit`](Self::commit) says that it is dealt with, the customer is
    /// released. If the reader parks one of these notices, the customer stays parked from there on.
    ///
    /// The profile may be any of the customer's. Answers `false` if nothing is held back of it.
    pub fn retry(&mut self, profile: ProfileId) -> bool {
        if self.parkings.group(profile).is_empty() {
            return false;
        }
        self.asked.push_back(profile);
        true
    }

    /// Gives up on the notice that could not be handled, and on nothing else: what came after it is delivered as by
    /// [`retry`](Self::retry). Recorded by the next [`commit`](Self::commit).
    pub fn skip(&mut self, profile: ProfileId) -> bool {
        let group = self.parkings.group(profile);
        self.parkings.skip(&group);
        self.retry(profile)
    }

    /// The next notice of those who are tried again.
    pub(super) async fn next_retried(&mut self) -> Result<Option<Notice>, EngineError> {
        loop {
            if self.retry.is_none() {
                let Some(profile) = self.asked.front().copied() else { return Ok(None) };
                let retry = self.begin_retry(profile).await?;
                self.parkings.stand(&retry.group, Standing::Retried);
                self.retry = Some(retry);
                self.asked.pop_front();
            }
            let Some(retry) = &mut self.retry else { return Ok(None) };
            let Some(item) = retry.left.pop_front() else {
                self.end_retry();
                continue;
            };
            match item.said {
                Ok(notice) => {
                    self.parkings.went_on(&retry.group, item.place.next());
                    if retry.left.is_empty() {
                        self.end_retry();
                    }
                    return Ok(Some(*notice));
                }
                Err(error) => {
                    let group = std::mem::take(&mut retry.group);
                    self.parkings.fail_again(&group, item.place, &unreadable(&error));
                    self.retry = None;
                }
            }
        }
    }

    /// Nothing is held back any more of the customer who was tried again: what comes next comes in its turn.
    fn end_retry(&mut self) {
        if let Some(retry) = self.retry.take() {
            self.parkings.stand(&retry.group, Standing::CaughtUp);
        }
    }

    /// Ends a retry whose customer is parked again.
    fn drop_failed_retry(&mut self) {
        let is_on = |retry: &Retry| {
            let mut parkings = retry.group.iter().filter_map(|one| self.parkings.get(one));
            parkings.all(|parking| parking.standing == Standing::Retried)
        };
        if !self.retry.as_ref().is_some_and(is_on) {
            self.retry = None;
        }
    }

    /// Reads what is held back of a customer from the streams of its profiles, in the order of the log.
    async fn begin_retry(&self, profile: ProfileId) -> Result<Retry, EngineError> {
        let group = self.parkings.group(profile);
        let parkings: Vec<_> = group.iter().filter_map(|one| self.parkings.get(one)).collect();
        let members: BTreeSet<ProfileId> =
            parkings.iter().flat_map(|parking| parking.reach.keys()).copied().collect();
        let known = Known { until: self.handed.position };
        let mut left = Vec::new();
        for member in members {
            let stream = StreamId::profile(self.tenant.clone(), member);
            for event in read_stream(&*self.store, &stream, Version(1), known).await? {
                let items = items(member, &event, self.historical).into_iter();
                left.extend(items.filter(|item| {
                    let is_waiting = item.place < self.handed;
                    is_waiting
                        && parkings.iter().any(|p| p.done <= item.place && p.reaches(member, item.place))
                }));
            }
        }
        left.sort_by_key(|item| item.place);
        Ok(Retry { group, left: left.into() })
    }
}
