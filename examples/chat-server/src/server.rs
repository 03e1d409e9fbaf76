//! The HTTP server.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::get;
use settings_cli::Context;
use settings_core::store::watch::{Debounce, Event, Watch};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::admin;
use crate::settings::ChatSettings;

struct Chat {
    watch: Watch<ChatSettings>,
    messages: Mutex<VecDeque<String>>,
}

/// Serves until the process ends.
///
/// # Errors
/// If the settings are not valid, or the address is taken.
pub fn serve(context: &mut Context<'_>) -> Result<(), Box<dyn std::error::Error>> {
    let (sources, environment) = (context.sources.clone(), context.environment.clone());
    let watch =
        Watch::<ChatSettings>::start(move || sources.layers(environment.clone()), Debounce::default())?;
    // warnings, such as those of deprecated settings
    write!(context.err, "{}", watch.report())?;
    let events = watch.subscribe();
    std::thread::spawn(move || events.into_iter().for_each(|event| log(&event)));

    let chat = Arc::new(Chat { watch, messages: Mutex::default() });
    let settings = chat.watch.current();
    let (http, admin_settings) = (settings.http.clone(), settings.admin.clone());
    let app = Router::new()
        .route("/", get(async |State(chat): State<Arc<Chat>>| chat.watch.current().http.greeting.clone()))
        .route("/messages", get(list).post(send))
        .layer(DefaultBodyLimit::max(usize::try_from(http.max_body.bytes()).unwrap_or(usize::MAX)))
        .with_state(chat);
    let app = app.merge(admin::routes(context, &admin_settings));
    Runtime::new()?.block_on(async {
        let listener = TcpListener::bind(http.listen).await?;
        writeln!(context.out, "listening on {}", listener.local_addr()?)?;
        context.out.flush()?;
        axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await
    })?;
    Ok(())
}

async fn list(State(chat): State<Arc<Chat>>) -> String {
    let messages = chat.messages.lock().unwrap_or_else(PoisonError::into_inner);
    messages.iter().map(|message| format!("{message}\n")).collect()
}

async fn send(State(chat): State<Arc<Chat>>, message: String) -> StatusCode {
    // the settings as they are now: a change of the file has taken effect
    let limits = chat.watch.current().limits.clone();
    if message.len() > usize::try_from(limits.message_size.bytes()).unwrap_or(usize::MAX) {
        return StatusCode::PAYLOAD_TOO_LARGE;
    }
    let mut messages = chat.messages.lock().unwrap_or_else(PoisonError::into_inner);
    messages.push_back(message);
    while messages.len() > usize::try_from(limits.messages).unwrap_or(usize::MAX) {
        messages.pop_front();
    }
    StatusCode::CREATED
}

fn log(event: &Event<ChatSettings>) {
    let mut err = io::stderr();
    // there is nowhere else to report a broken standard error
    let _ = match event {
        Event::Changed(changed) => changed.settings.iter().try_for_each(|change| {
            let restart = if change.needs_restart() { " after a restart" } else { "" };
            writeln!(err, "{}: {} -> {}{restart}", change.path, change.before.shown, change.after.shown)
        }),
        Event::Refused(refusal) => writeln!(err, "the settings stay as they are: {refusal}"),
        Event::Recovered => writeln!(err, "the settings are valid again"),
        _ => Ok(()),
    };
}
