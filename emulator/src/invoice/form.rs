//! Where each form of invoice is taken (PROTOCOL §1.2, §6.1).

use ksef_documents::Form;

use crate::profile::Profile;

/// The form with these three parts of `formCode`, when an interactive session of `profile` takes it.
pub(crate) fn form_for_online(profile: Profile, system: &str, schema: &str, value: &str) -> Option<Form> {
    Form::from_parts(system, schema, value).filter(|form| *form != Form::Fa2 || profile == Profile::Test)
}

/// The form with these three parts of `formCode`, when a batch of `profile` takes it: all but PEF (PROTOCOL §7.1).
pub(crate) fn form_for_batch(profile: Profile, system: &str, schema: &str, value: &str) -> Option<Form> {
    form_for_online(profile, system, schema, value).filter(|form| !matches!(form, Form::Pef3 | Form::PefKor3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_takes_no_pef() {
        let batch = |profile, system, schema, value| form_for_batch(profile, system, schema, value);
        assert_eq!(batch(Profile::Test, "FA (2)", "1-0E", "FA"), Some(Form::Fa2));
        assert_eq!(batch(Profile::Production, "FA (2)", "1-0E", "FA"), None);
        assert_eq!(batch(Profile::Production, "FA (3)", "1-0E", "FA"), Some(Form::Fa3));
        assert_eq!(batch(Profile::Production, "FA_RR (1)", "1-1E", "FA_RR"), Some(Form::FaRr1));
        assert_eq!(batch(Profile::Test, "PEF (3)", "2-1", "PEF"), None);
        assert_eq!(batch(Profile::Test, "PEF_KOR (3)", "2-1", "PEF"), None);
    }

    #[test]
    fn each_environment_takes_its_forms() {
        for (system, schema, value) in [
            ("FA (3)", "1-0E", "FA"),
            ("PEF (3)", "2-1", "PEF"),
            ("PEF_KOR (3)", "2-1", "PEF"),
            ("FA_RR (1)", "1-1E", "FA_RR"),
        ] {
            for profile in [Profile::Test, Profile::Demo, Profile::Production] {
                let form = form_for_online(profile, system, schema, value);
                assert_eq!(form.map(Form::system_code), Some(system));
            }
        }
        assert_eq!(form_for_online(Profile::Test, "FA (2)", "1-0E", "FA"), Some(Form::Fa2));
        assert_eq!(form_for_online(Profile::Demo, "FA (2)", "1-0E", "FA"), None);
        assert_eq!(form_for_online(Profile::Production, "FA (2)", "1-0E", "FA"), None);
    }

    #[test]
    fn no_part_may_differ() {
        for (system, schema, value) in [
            ("FA(3)", "1-0E", "FA"),
            ("FA (3)", "1-1E", "FA"),
            ("FA (3)", "1-0E", "fa"),
            ("FA_RR (1)", "1-0E", "RR"),
        ] {
            assert_eq!(form_for_online(Profile::Test, system, schema, value), None, "{system}");
        }
    }
}
