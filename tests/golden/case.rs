//! The form of a case: reading it, writing it, and splitting its commands into words.

use sniff_testing::program::Ran;

/// Commands and what they print.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) steps: Vec<Step>,
}

/// One command.
#[derive(Debug)]
pub(crate) struct Step {
    /// Lines before the command, each with its `#`.
    pub(crate) comments: Vec<String>,
    /// The command as written, without `$ `.
    pub(crate) command: String,
    /// What it prints.
    pub(crate) output: Ran,
}

/// After a last line that has no line break.
const NO_NEWLINE: &str = "\\no newline";

impl Case {
    /// Reads a case. Only commands and comments count; what they are expected to print is compared as text.
    pub(crate) fn parse(text: &str) -> Result<Case, String> {
        let mut steps: Vec<Step> = Vec::new();
        let mut comments = Vec::new();
        for line in text.lines() {
            if let Some(command) = line.strip_prefix("$ ") {
                let command = command.to_owned();
                steps.push(Step { comments: std::mem::take(&mut comments), command, output: Ran::default() });
            } else if line.starts_with('#') {
                comments.push(line.to_owned());
            }
        }
        if steps.is_empty() {
            return Err("the case has no command (a line that begins with `$ `)".to_owned());
        }
        Ok(Case { steps })
    }

    /// The case as text.
    pub(crate) fn print(&self) -> String {
        let mut text = String::new();
        for step in &self.steps {
            if !text.is_empty() {
                text.push('\n');
            }
            for comment in &step.comments {
                text.push_str(comment);
                text.push('\n');
            }
            text.push_str("$ ");
            text.push_str(&step.command);
            text.push('\n');
            lines(&mut text, "", &step.output.out);
            lines(&mut text, "! ", &step.output.err);
            if step.output.code != 0 {
                text.push_str(&format!("? {}\n", step.output.code));
            }
        }
        text
    }
}

/// Adds the lines of an output. What would be taken for something else gets a backslash.
fn lines(text: &mut String, prefix: &str, output: &str) {
    for line in output.lines() {
        let special = ["$ ", "! ", "? ", "#", "\\"].iter().any(|start| line.starts_with(start));
        if prefix.is_empty() && special {
            text.push('\\');
        }
        text.push_str(prefix);
        text.push_str(line);
        text.push('\n');
    }
    if !output.is_empty() && !output.ends_with('\n') {
        text.push_str(prefix);
        text.push_str(NO_NEWLINE);
        text.push('\n');
    }
}

/// Splits a command as a shell does, with quotes of both kinds and backslashes, and nothing else.
pub(crate) fn words(command: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = command.chars();
    while let Some(c) = chars.next() {
        match (c, quote) {
            ('\\', None | Some('"')) => match chars.next() {
                Some(next) => word.get_or_insert_default().push(next),
                None => return Err(format!("a backslash at the end: {command}")),
            },
            ('\'' | '"', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, Some(q)) if c == q => quote = None,
            (' ', None) => words.extend(word.take()),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err(format!("a quote is not closed: {command}"));
    }
    words.extend(word);
    Ok(words)
}

/// The first lines that differ, with what is around them.
pub(crate) fn difference(expected: &str, found: &str) -> String {
    let (expected, found): (Vec<_>, Vec<_>) = (expected.lines().collect(), found.lines().collect());
    let same = expected.iter().zip(&found).take_while(|(a, b)| a == b).count();
    let same_end = expected[same..].iter().rev().zip(found[same..].iter().rev()).take_while(|(a, b)| a == b).count();
    let mut text = String::new();
    let mut show = |sign: char, lines: &[&str]| {
        for line in lines.iter().take(20) {
            text.push_str(&format!("{sign} {line}\n"));
        }
        if lines.len() > 20 {
            text.push_str(&format!("{sign} … {} more lines\n", lines.len() - 20));
        }
    };
    // The command is shown even when it stands far above.
    let above = same.saturating_sub(3);
    let command = expected[..above].iter().rposition(|l| l.starts_with("$ "));
    show(' ', &command.map_or(Vec::new(), |i| vec![expected[i]]));
    show(' ', &expected[above..same]);
    show('-', &expected[same..expected.len() - same_end]);
    show('+', &found[same..found.len() - same_end]);
    text
}
