//! A station with all that it needs, run to its end: without a screen, or below a window.

use std::sync::mpsc::Receiver;

use super::data_dir::Place;
use super::session;
use super::sync::api;
use crate::camera::{Exposure, FrameSource, Settings};
use crate::desk::{Input, Snapshot, Stage};
use crate::intake::{OperatorId, Session};
use crate::optics::Mount;
use crate::reading::Reader;
use crate::station::{
    Beside, Command, Courier, Ending, Enrol, Event, Listener, Station, Surroundings, Until, Viewer,
    run,
};
use crate::sync::Why;

/// What is hosted beside the place's own things.
pub(super) struct Hosted<'a> {
    /// Where frames come from.
    pub source: Box<dyn FrameSource>,
    /// How its mount was calibrated.
    pub mount: Option<Mount>,
    /// Whether those who work here sign in; without a screen nobody can.
    pub signs_in: bool,
    /// Presets that a file has confirmed.
    pub session: Option<Session>,
    /// What people do.
    pub commands: Receiver<Command>,
    /// Who looks on.
    pub viewer: &'a dyn Viewer,
    /// Makes the station known to a server; `None` where `uketsuke enrol` does.
    pub enrol: Option<Box<Enrol<'a>>>,
    /// Who delivers from then on.
    pub hired: Receiver<Courier<'a>>,
    /// When it ends.
    pub until: Until,
}

/// Runs the station of this place; how it ended and how the desk was left. `None` when the desk
/// refused the session.
///
/// # Errors
/// When the models, the book, or the enrolment cannot be used, or another station has the folder.
pub(super) fn host<'a>(
    place: &'a Place,
    hosted: Hosted<'a>,
    tell: &mut Listener<'_>,
) -> anyhow::Result<Option<(Ending, Snapshot)>> {
    let reader = Reader::new()?;
    let _held = place.directory.station_lock()?;
    let mut station = Station::open(
        place.store()?,
        place.catalogue()?,
        surroundings(place, hosted.signs_in),
        place.clock.as_ref(),
        place.operator.clone(),
    )?;
    if let Some(session) = hosted.session
        && !begin(&mut station, session, tell)
    {
        return Ok(None);
    }
    let (courier, why) = courier(place)?;
    if let Some(why) = why {
        // Should nobody hear it, the next word tells.
        let _ = tell(&Event::NotDelivering(why), &station);
    }
    let beside = Beside {
        source: hosted.source,
        reader,
        mount: hosted.mount,
        cards: session::opener(place),
        clock: place.clock.as_ref(),
        courier,
        hired: hosted.hired,
        commands: hosted.commands,
        viewer: hosted.viewer,
        enrol: hosted.enrol,
    };
    let ending = run(&mut station, beside, hosted.until, tell)?;
    Ok(Some((ending, station.snapshot())))
}

/// Where the mount wants its lens, and how it wants to be exposed: by the camera itself unless that
/// was measured. What another program set outlives it in the camera.
pub(super) fn settings_of(mount: Option<&Mount>) -> Settings {
    let profile = mount.map(Mount::profile);
    let focus = profile.and_then(|profile| profile.focus.as_ref());
    Settings {
        focus: focus.map(|focus| i64::from(focus.position.0)),
        exposure: Some(
            profile
                .and_then(|profile| profile.exposure)
                .map_or(Exposure::Automatic, Exposure::Fixed),
        ),
    }
}

fn surroundings(place: &Place, signs_in: bool) -> Surroundings {
    Surroundings {
        home: place.config.municipality,
        venues: place.config.venues.clone(),
        codes: place.config.ticket_kinds,
        idle_lock: signs_in.then_some(place.config.idle_lock),
    }
}

/// Begins the session; whether the desk took it.
fn begin(station: &mut Station<'_>, session: Session, tell: &mut Listener<'_>) -> bool {
    let events = station.tell(Input::ConfirmSession(session));
    for event in &events {
        // Should nobody hear it, the next word tells.
        let _ = tell(event, station);
    }
    !matches!(station.snapshot().stage, Stage::NoSession | Stage::Closed)
}

/// Who delivers; why nobody does, otherwise.
pub(super) fn courier(place: &Place) -> anyhow::Result<(Option<Courier<'_>>, Option<Why>)> {
    let mut store = place.quiet_store()?;
    let Some(enrolment) = store.enrolment()? else {
        return Ok((None, Some(Why::NotEnrolled)));
    };
    let Some(lock) = place.directory.delivery_lock()? else {
        return Ok((None, Some(Why::AnotherDelivery)));
    };
    let courier = Courier {
        store,
        api: api(place, enrolment)?,
        profile: place.profile(),
        catalogue: place.catalogue()?,
        clock: place.clock.as_ref(),
        actor: OperatorId::new("sync")?,
        lock,
    };
    Ok((Some(courier), None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optics::{ExposureSetting, Profile};

    #[test]
    fn a_mount_fixes_the_exposure_that_it_was_measured_with_and_else_the_camera_chooses() {
        let mount = |profile| Some(Mount::new(profile));
        let fixed = settings_of(mount(Profile::example()).as_ref());
        let measured = ExposureSetting {
            time: 156,
            gain: Some(4),
        };
        assert_eq!(fixed.focus, Some(120));
        assert_eq!(fixed.exposure, Some(Exposure::Fixed(measured)));
        let unknown = Profile {
            exposure: None,
            ..Profile::example()
        };
        for mount in [mount(unknown), None] {
            let chosen = settings_of(mount.as_ref()).exposure;
            assert_eq!(chosen, Some(Exposure::Automatic));
        }
    }
}
