use crate::questionnaire::Labels;
use std::collections::BTreeMap;

/// The tree of criteria of one index, in the order of its document.
#[derive(Debug, Clone, PartialEq)]
pub struct Framework {
    pub(super) criteria: Vec<Criterion>,
    /// What each level is called, as printed before a code: `TC`, `TCTP`.
    pub(super) levels: BTreeMap<String, Labels>,
}

/// One node of the tree: an area, a criterion, a part of a criterion.
#[derive(Debug, Clone, PartialEq)]
pub struct Criterion {
    /// The stable name inside this framework; a printed code may be lacking or change.
    pub id: String,
    /// The node above.
    pub parent: Option<String>,
    /// The level, one of those that the survey names.
    pub level: String,
    /// The running number printed in the document.
    pub stt: Option<String>,
    /// The code printed in the document, such as `7.3.2`.
    pub code: Option<String>,
    /// The name in the languages of the survey.
    pub name: Labels,
    /// How points are come by; only leaves have a method.
    pub method: Option<CriterionMethod>,
    /// The most points to be had, where the owner of the index said so.
    pub max_points: Option<f64>,
    /// Whether `max_points` is somebody's assumption and has to be shown as one.
    pub assumed: bool,
    /// Who leads, in the words of the document.
    pub lead: Option<String>,
    /// Who cooperates, in the words of the document.
    pub cooperating: Option<String>,
}

/// How the points of a criterion are come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CriterionMethod {
    /// The unit scores itself, with evidence.
    SelfScore,
    /// The answers of a sample survey decide.
    Survey,
    /// What counts is that the survey was carried out.
    SurveyFieldwork,
}

impl Framework {
    /// Every criterion, in the order of the document.
    pub fn criteria(&self) -> &[Criterion] {
        &self.criteria
    }

    /// What each level is called, as printed before a code.
    pub fn level_names(&self) -> &BTreeMap<String, Labels> {
        &self.levels
    }

    /// The criterion with this printed code or, where none has it, this id.
    pub fn find(&self, name: &str) -> Option<&Criterion> {
        let by_code = self.criteria.iter().find(|known| known.code.as_deref() == Some(name));
        by_code.or_else(|| self.by_id(name))
    }

    /// The criterion with this stable id.
    pub fn by_id(&self, id: &str) -> Option<&Criterion> {
        self.criteria.iter().find(|known| known.id == id)
    }

    /// The criteria decided by the answers of the survey, in the order of the document.
    pub fn surveyed(&self) -> impl Iterator<Item = &Criterion> {
        let surveyed = |known: &&Criterion| known.method == Some(CriterionMethod::Survey);
        self.criteria.iter().filter(surveyed)
    }

    /// The nodes directly below `id`.
    pub fn children<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Criterion> {
        self.criteria.iter().filter(move |known| known.parent.as_deref() == Some(id))
    }

    /// From the topmost node down to `id` itself.
    pub fn path(&self, id: &str) -> Vec<&Criterion> {
        let mut path = Vec::new();
        let mut next = self.by_id(id);
        while let Some(criterion) = next {
            path.push(criterion);
            next = criterion.parent.as_deref().and_then(|parent| self.by_id(parent));
        }
        path.reverse();
        path
    }

    /// The code as people say it, with the name of the level: `TC 3.6`.
    pub fn heading(&self, criterion: &Criterion, language: &str) -> String {
        let level = self.levels.get(&criterion.level).map_or("", |label| label.get(language));
        let code = criterion.code.as_deref().unwrap_or_default();
        match (level.is_empty(), code.is_empty()) {
            (false, false) => format!("{level} {code}"),
            (true, false) => code.to_owned(),
            (_, true) => criterion.name.get(language).to_owned(),
        }
    }
}

impl Criterion {
    /// The printed code or, where there is none, the stable id.
    pub fn label(&self) -> &str {
        self.code.as_deref().unwrap_or(&self.id)
    }
}
