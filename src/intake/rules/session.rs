//! The session against the day, the list of venues and the voucher.

use super::Check;
use crate::intake::finding::FindingCode;
use crate::text::Bilingual;
use crate::voucher::TicketKind;

impl Check<'_> {
    pub(super) fn session_rules(&mut self) {
        self.confirmation();
        self.clock();
        self.date();
        self.venue();
        self.unknown_dose();
        self.dose();
        self.ticket_kind();
    }

    fn confirmation(&mut self) {
        let today = self.known.today;
        if (self.session).is_some_and(|session| session.confirmed_for(today).is_err()) {
            self.find(
                FindingCode::SessionNotConfirmed,
                Bilingual::new(
                    "セッションが今日の日付で確認されていません",
                    "the session is not confirmed for today",
                ),
                Bilingual::new(
                    "日付・会場・医師・ワクチン・ロットを確かめ、確認し直してください",
                    "check date, venue, doctor, product and lot, and confirm the session again",
                ),
            );
        }
    }

    fn clock(&mut self) {
        if self.known.clock_suspect {
            self.find(
                FindingCode::ClockSuspect,
                Bilingual::new(
                    "端末の時計がずれた可能性があります",
                    "the tablet's clock may be wrong",
                ),
                Bilingual::new(
                    "端末の日時を合わせ、接種日を確かめてください",
                    "set the tablet's date and time, and check the date of the dose",
                ),
            );
        }
    }

    fn date(&mut self) {
        let (date, today) = (self.candidate.date, self.known.today);
        let (code, ja, en) = if date > today {
            let code = FindingCode::DateInFuture;
            (code, "は未来の日付です", "has not come yet")
        } else if date < today && self.session.is_some() {
            let code = FindingCode::DateNotToday;
            (code, "は今日の日付ではありません", "is not today")
        } else {
            return;
        };
        self.find(
            code,
            Bilingual::new(
                format!("接種日 {date} {ja}"),
                format!("the date {date} {en}"),
            ),
            Bilingual::new(
                "接種日と端末の日付を確かめてください",
                "check the date of the dose and the tablet's date",
            ),
        );
    }

    fn venue(&mut self) {
        let venue = &self.candidate.venue;
        if !self.known.venues.is_empty() && !self.known.venues.contains(venue) {
            self.find(
                FindingCode::UnknownVenue,
                Bilingual::new(
                    format!("会場「{venue}」は一覧にありません"),
                    format!("the venue {venue} is not on the list"),
                ),
                Bilingual::new(
                    "一覧から会場を選び直すか、管理者に追加を頼んでください",
                    "choose a venue of the list, or ask an administrator to add it",
                ),
            );
        }
    }

    fn unknown_dose(&mut self) {
        let dose = self.candidate.subject.dose();
        if !self.catalogue.has_dose(dose) {
            self.find(
                FindingCode::UnknownDose,
                Bilingual::new(
                    format!("{dose} 回目の接種がある製品はありません"),
                    format!("no product has a dose {dose}"),
                ),
                Bilingual::new(
                    "接種券の回数を読み直してください",
                    "read the dose on the voucher again",
                ),
            );
        }
    }

    fn dose(&mut self) {
        let found = self.candidate.subject.dose();
        let Some(expected) = self.session.and_then(|session| session.dose) else {
            return;
        };
        if found != expected {
            self.find(
                FindingCode::DoseMismatch,
                Bilingual::new(
                    format!("接種券は {found} 回目、セッションは {expected} 回目です"),
                    format!("the voucher is for dose {found}, the session for dose {expected}"),
                ),
                Bilingual::new(
                    "その回の接種券か、セッションの回数を確かめてください",
                    "check that it is the voucher of this dose, and the session's dose",
                ),
            );
        }
    }

    fn ticket_kind(&mut self) {
        let Some(voucher) = self.candidate.subject.voucher() else {
            return;
        };
        let digit = voucher.ticket_kind_digit();
        let Some(kind) = self.known.ticket_kinds.kind(digit) else {
            self.find(
                FindingCode::UnknownTicketKind,
                Bilingual::new(
                    format!("券種の数字 {digit} の意味が分かりません"),
                    format!("the ticket kind's digit {digit} is not known"),
                ),
                Bilingual::new(
                    "券面の券種を確かめてください",
                    "check the kind that is printed on the ticket",
                ),
            );
            return;
        };
        if self.contradicts(kind) {
            self.find(
                FindingCode::TicketKindMismatch,
                Bilingual::new(
                    format!("{}の券です", name(kind).0),
                    format!("this is a {} ticket", name(kind).1),
                ),
                Bilingual::new(
                    "接種券か予診のみの券か、読み取った券とセッションを確かめてください",
                    "check which of the two tickets was read, and the session's ticket kind",
                ),
            );
        }
    }

    /// A dose is no 予診のみ, and a session of 予診のみ takes no vaccination ticket. That a
    /// consultation in a session of vaccinations ended without a dose fits either ticket.
    fn contradicts(&self, kind: TicketKind) -> bool {
        let session = self.session.map(|session| session.ticket_kind);
        match kind {
            TicketKind::Consultation => self.given().is_some(),
            TicketKind::Vaccination => session == Some(TicketKind::Consultation),
        }
    }
}

fn name(kind: TicketKind) -> (&'static str, &'static str) {
    match kind {
        TicketKind::Vaccination => ("接種", "vaccination"),
        TicketKind::Consultation => ("予診のみ", "consultation-only"),
    }
}
