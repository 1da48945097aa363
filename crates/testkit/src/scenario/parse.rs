//! Reads the text of a scenario.

use super::dealing;
use super::error::ScenarioError;
use super::kept;
use super::names::Names;
use super::phrase::{Said, complaint, fit};
use super::question::{self, Asked, Whom};
use super::stated;
use super::statement::{self, Stated};
use super::token::{Token, tokens};
use super::{Happening, Scenario, What, moment};
use throughline_core::event::{EventData, NewEvent};
use throughline_core::name::Name;
use throughline_core::time::Micros;

/// The line between what happened and what the engine says.
const DIVIDER: &str = "---";

pub(super) fn parse(text: &str) -> Result<Scenario, ScenarioError> {
    let mut scenario = Scenario {
        title: String::new(),
        given: String::new(),
        rulebook: String::new(),
        happenings: Vec::new(),
        questions: Vec::new(),
        names: Names::default(),
    };
    let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    let mut block = None;
    let mut divided = false;
    for (number, line) in lines.by_ref() {
        if line.trim_end() == DIVIDER {
            divided = true;
            break;
        }
        scenario.given += line;
        scenario.given += "\n";
        let indented = line.starts_with([' ', '\t']);
        block = block.filter(|_| indented || line.trim().is_empty());
        if let Some(block) = &block {
            let line = line.trim_start();
            let (text, line) = match block {
                Block::Rulebook => (&mut scenario.rulebook, line.to_owned()),
                Block::Disruption(name) => {
                    (scenario.names.disruptions.entry(name.clone()).or_default(), moment::written_out(line))
                }
            };
            *text += &line;
            *text += "\n";
        } else if let Some(begun) =
            begins(&scenario, line).map_err(|what| ScenarioError::new(number, what))?
        {
            block = Some(begun);
        } else {
            given(&mut scenario, line).map_err(|what| ScenarioError::new(number, what))?;
        }
    }
    if !divided {
        let what = "there is no line `---`; write it below what happened, and below it what you ask";
        return Err(ScenarioError::new(text.lines().count().max(1), what));
    }
    for (number, line) in lines {
        // Answers are indented; they are compared, not read.
        if !line.trim().is_empty() && !line.starts_with([' ', '\t']) {
            let asked = asked(&scenario, number, line).map_err(|what| ScenarioError::new(number, what))?;
            scenario.questions.push(asked);
        }
    }
    Ok(scenario)
}

/// Indented lines that are a document.
#[derive(Clone)]
enum Block {
    Rulebook,
    Disruption(String),
}

/// The block that a line begins.
fn begins(scenario: &Scenario, line: &str) -> Result<Option<Block>, String> {
    let line = line.trim();
    if line == "rulebook:" {
        return Ok(Some(Block::Rulebook));
    }
    let Some(name) = line.strip_prefix("disruption ") else { return Ok(None) };
    let name = name.strip_suffix("\":").and_then(|name| name.strip_prefix('"'));
    match name.filter(|name| Name::new(name).is_ok()) {
        None => {
            Err("a disruption's block begins with its name in quotation marks: `disruption \"storm\":`"
                .into())
        }
        Some(taken) if scenario.names.disruptions.contains_key(taken) => {
            Err(format!("there is a disruption `{taken}` already; give this one another name"))
        }
        Some(name) => Ok(Some(Block::Disruption(name.to_owned()))),
    }
}

/// Reads a line above the divider.
fn given(scenario: &mut Scenario, line: &str) -> Result<(), String> {
    if let Some(comment) = line.strip_prefix('#') {
        if scenario.title.is_empty() {
            comment.trim().clone_into(&mut scenario.title);
        }
        return Ok(());
    }
    let mut words = tokens(line)?;
    match words.split_first() {
        None => return Ok(()),
        Some((Token::Word(first), rest)) if first == "customer" => return customers(scenario, rest),
        _ => {}
    }
    let at = instant(&mut words)?;
    let remarks = remarks(&mut words)?;
    let said_text = words_said(&mut words)?;
    let forms = statement::FORMS.iter().chain(stated::FORMS).chain(dealing::FORMS).chain(kept::FORMS);
    let (mut said, make) = best(forms, &words, &scenario.names)?;
    said.text = said_text;
    let contact = said.get("new").filter(|new| scenario.names.contacts.contains_key(*new));
    if let Some(taken) = contact {
        return Err(format!("there is a contact `{taken}` already; give this one another name"));
    }
    let sentence: Vec<String> = words.iter().map(ToString::to_string).collect();
    let sentence = format!("{} {}", moment(at), sentence.join(" "));
    let what = match make(&said, &mut scenario.names) {
        Stated::Linked(link, a, b) => What::Linked { link, a, b },
        Stated::Unlinked(link, a, b) => What::Unlinked { link, a, b },
        Stated::Capability(document) => What::Capability { document },
        Stated::Declared(document, by) => What::Declared { document, by },
        Stated::Fact(profile, data) => {
            let event = event(scenario, at, &remarks, &sentence, data);
            if let Some(label) = remarks.known_as {
                scenario.names.events.insert(label, (event.id, profile));
            }
            What::Fact { profile, event }
        }
    };
    scenario.happenings.push(Happening { sentence, at, arrives: remarks.arrives.unwrap_or(at), what });
    Ok(())
}

fn customers(scenario: &mut Scenario, names: &[Token]) -> Result<(), String> {
    for name in names {
        match name {
            Token::Word(name) if Name::new(name).is_ok() => scenario.names.add_customer(name),
            other => return Err(format!("`{other}` is no name of a customer; write `customer ann`")),
        }
    }
    if names.is_empty() { Err("`customer` needs a name; write `customer ann`".into()) } else { Ok(()) }
}

/// The same line twice is one fact that is delivered twice.
fn event(
    scenario: &mut Scenario,
    at: Micros,
    remarks: &Remarks,
    sentence: &str,
    data: EventData,
) -> NewEvent {
    let before = scenario.happenings.iter().position(|h| h.sentence == sentence);
    let sequence = before.unwrap_or(scenario.happenings.len()) as u64;
    NewEvent::new(scenario.names.add_event(sentence), at, remarks.source.clone(), data)
        .with_sequence(sequence)
}

fn asked(scenario: &Scenario, line: usize, text: &str) -> Result<Asked, String> {
    let mut words = tokens(text)?;
    let at = instant(&mut words)?;
    if let Some(before) = scenario.questions.last().filter(|before| before.at > at) {
        return Err(format!(
            "questions stand in the order in which they are asked, and the one before is of {}; put this one first",
            moment(before.at)
        ));
    }
    let (said, make) = best(question::FORMS.iter(), &words, &scenario.names)?;
    let who = scenario.names.profile(said.word("who")).unwrap_or_default();
    let contact = said.get("contact").and_then(|contact| scenario.names.contacts.get(contact));
    let contact = contact.map(|(contact, _)| *contact).unwrap_or_default();
    let whom =
        Whom { who, contact, other: said.get("other").and_then(|other| scenario.names.profile(other)) };
    Ok(Asked { line, at, question: make(&said, whom, at), text: text.trim_end().to_owned() })
}

/// The form that a line has.
fn best<'f, M: Copy + 'f>(
    forms: impl Iterator<Item = &'f (&'static str, M)>,
    words: &[Token],
    names: &Names,
) -> Result<(Said, M), String> {
    let mut misses = Vec::new();
    for (form, make) in forms {
        match fit(form, words, names) {
            Ok(said) => return Ok((said, *make)),
            Err(miss) => misses.push(miss),
        }
    }
    Err(complaint(&misses, words))
}

/// The instant that a line begins with.
fn instant(words: &mut Vec<Token>) -> Result<Micros, String> {
    let at = match words.as_slice() {
        [Token::Word(day), Token::Word(number), Token::Word(time), ..] if day == "day" => {
            super::moment::read(number, time)
        }
        _ => None,
    };
    let at = at.ok_or("a line begins with its instant, for instance `day 2 10:00`")?;
    words.drain(..3);
    Ok(at)
}

struct Remarks {
    arrives: Option<Micros>,
    known_as: Option<String>,
    source: Name,
}

/// The remarks in brackets at the end of a line.
fn remarks(words: &mut Vec<Token>) -> Result<Remarks, String> {
    let source = Name::new("scenario").map_err(|e| e.to_string())?;
    let mut remarks = Remarks { arrives: None, known_as: None, source };
    while let Some(Token::Remark(remark)) = words.last() {
        let inside: Vec<&str> = remark.split_whitespace().collect();
        match inside.as_slice() {
            ["arrives", "day", day, time] => {
                let at = super::moment::read(day, time);
                remarks.arrives =
                    Some(at.ok_or("`arrives` needs an instant, for instance `[arrives day 4 10:00]`")?);
            }
            ["known", "as", label @ ..] if !label.is_empty() => remarks.known_as = Some(label.join(" ")),
            ["from", source] => remarks.source = Name::new(source).map_err(|e| e.to_string())?,
            _ => {
                return Err(format!(
                    "`[{remark}]` is no remark; write `[arrives day 4 10:00]`, `[known as …]` or `[from …]`"
                ));
            }
        }
        words.pop();
    }
    Ok(remarks)
}

/// What was said: a quotation after a colon, at the end.
fn words_said(words: &mut Vec<Token>) -> Result<Option<String>, String> {
    let Some(colon) = words.iter().position(|w| *w == Token::Colon) else { return Ok(None) };
    match &words[colon + 1..] {
        [Token::Quoted(text)] => {
            let text = text.clone();
            words.truncate(colon);
            Ok(Some(text))
        }
        _ => Err("after the colon comes what was said, in quotation marks: `: \"Where is it?\"`".into()),
    }
}
