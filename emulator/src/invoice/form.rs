//! Where each form of invoice is taken (PROTOCOL §1.2, §6.1).

use ksef_documents::Form;

use crate::profile::Profile;

/// The form with these three parts of `formCode`, when an interactive session of `profile` takes it.
pub(crate) fn form_for_online(profile: Profile, system: &str, schema: &str, value: &str) -> Option<Form> {
    Form::from_parts(system, schema, value).filter(|form| *form != Form::Fa2 || profile == Profile::Test)
}

#[cfg(test)]
mod tests {
    use super::*;

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
