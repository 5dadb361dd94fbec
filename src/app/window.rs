//! The real window. When drawing panics, it is closed and opened again: nothing of egui's is used
//! after a panic, and the station, in its own thread, has not noticed.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

use eframe::egui::{Context, Ui, ViewportBuilder, ViewportCommand, vec2};

use super::board::Board;
use super::front::{App, Facts};
use super::orders::Orders;
use super::theme;

/// Windows in a row that panic before they drew a hundred times; then the fault does not go away.
const PATIENCE: u32 = 5;

/// Drawings after which a window counts as working.
const WORKS: u32 = 100;

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// The system has no display for it, or no OpenGL.
    #[error(
        "画面を開けません。ディスプレイのある端末で動かすか、「uketsuke station --headless」を使ってください / \
         no window can be opened: run it where there is a display, or use `uketsuke station --headless` ({0})"
    )]
    NoDisplay(String),
    /// It panics again and again.
    #[error(
        "画面の表示に繰り返し失敗しました。記録は保存されています。プログラムを起動し直してください / \
         drawing failed again and again; what was recorded is kept: start the program again"
    )]
    Broken,
}

/// Opens the window and draws what is on the board, until a person closes it.
///
/// # Errors
/// [`WindowError`].
pub fn open(board: &Arc<Board>, facts: &Arc<Facts>, orders: &Orders) -> Result<(), WindowError> {
    let mut broken = 0;
    while broken < PATIENCE {
        let fate = Rc::new(Fate::default());
        let content = App::new(board.clone(), facts.clone(), orders.clone());
        let window = Window {
            content,
            board: board.clone(),
            fate: fate.clone(),
        };
        run(window).map_err(|error| WindowError::NoDisplay(error.to_string()))?;
        if !fate.panicked.get() {
            return Ok(());
        }
        broken = if fate.drawn.get() > WORKS {
            0
        } else {
            broken + 1
        };
    }
    Err(WindowError::Broken)
}

fn run(window: Window) -> Result<(), eframe::Error> {
    let options = eframe::NativeOptions {
        viewport: ViewportBuilder::default()
            .with_title("受付 uketsuke")
            .with_app_id("uketsuke")
            .with_inner_size(vec2(1280.0, 800.0)),
        ..eframe::NativeOptions::default()
    };
    let created = Box::new(|cc: &eframe::CreationContext<'_>| {
        theme::install(&cc.egui_ctx);
        window.board.drawn_by(cc.egui_ctx.clone());
        let window: Box<dyn eframe::App> = Box::new(window);
        Ok(window)
    });
    eframe::run_native("uketsuke", options, created)
}

/// What became of one window.
#[derive(Default)]
struct Fate {
    panicked: Cell<bool>,
    drawn: Cell<u32>,
}

impl Fate {
    /// Draws once, unless a drawing has panicked before: then nothing of the window is used any
    /// more. Whether it panicked now.
    fn draw(&self, draw: impl FnOnce()) -> bool {
        if self.panicked.get() {
            return false;
        }
        let panicked = catch_unwind(AssertUnwindSafe(draw)).is_err();
        self.drawn.set(self.drawn.get().saturating_add(1));
        self.panicked.set(panicked);
        panicked
    }
}

/// One window; after a panic it only closes.
struct Window {
    content: App,
    board: Arc<Board>,
    fate: Rc<Fate>,
}

impl eframe::App for Window {
    fn logic(&mut self, ctx: &Context, _: &mut eframe::Frame) {
        let present = ctx.zoom_factor();
        let wanted = theme::zoom(ctx.content_rect().size(), present);
        if (wanted / present - 1.0).abs() > 0.005 {
            ctx.set_zoom_factor(wanted);
        }
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        let content = &mut self.content;
        if self.fate.draw(|| content.show(ui)) {
            ui.ctx().send_viewport_cmd(ViewportCommand::Close);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_panic_nothing_of_a_window_is_drawn_any_more() {
        let fate = Fate::default();
        assert!(!fate.draw(|| {}));
        assert!(fate.draw(|| panic!("in drawing")));
        assert!(fate.panicked.get());
        let again = Cell::new(false);
        assert!(!fate.draw(|| again.set(true)));
        assert!(!again.get());
        assert_eq!(fate.drawn.get(), 2);
    }
}
