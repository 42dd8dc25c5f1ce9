/*
 * Contract: whatever a caller passes, a function returns a number. NULL where it is not allowed is 1901, text that is not
 * UTF-8 is 1902, a value outside its range is 1903; the place for a handle then holds NULL. `_free(NULL)` does nothing.
 */
#include "check.h"

static void null_is_refused(void)
{
    ksef_client *client = (ksef_client *)1;
    CHECK_STATUS(1901, ksef_client_new(NULL, &client, error));
    CHECK(client == NULL);

    ksef_config *config = ksef_config_new();
    CHECK_STATUS(1901, ksef_client_new(config, NULL, error));
    CHECK_STATUS(1901, ksef_config_set_environment(config, NULL, error));
    CHECK_STATUS(1901, ksef_config_set_environment(NULL, "test", error));
    CHECK_STATUS(1901, ksef_config_set_hosts(config, NULL, NULL, NULL, error));
    CHECK_STATUS(1901, ksef_config_set_context(config, "Nip", NULL, error));
    CHECK_STATUS(1901, ksef_config_set_token(config, NULL, error));
    CHECK_STATUS(1901, ksef_client_log_in(NULL, NULL, error));
    CHECK_STATUS(1901, ksef_session_close(NULL, NULL, error));
    CHECK_STATUS(1901, ksef_upo_verify((const uint8_t *)"x", 1, NULL, error));
    ksef_bytes out = {0};
    CHECK_STATUS(1901, ksef_upo_verify(NULL, 1, &out, error));
    CHECK(ksef_client_new(NULL, &client, NULL) == 1901);
    ksef_config_free(config);
}

static void free_of_nothing_is_allowed(void)
{
    ksef_config_free(NULL);
    ksef_client_free(NULL);
    ksef_session_free(NULL);
    ksef_outcome_free(NULL);
    ksef_error_free(NULL);
    ksef_cancel_free(NULL);
    ksef_cancel_now(NULL);
    ksef_bytes_free(NULL);
    ksef_bytes empty = {0};
    ksef_bytes_free(&empty);
    CHECK(empty.data == NULL);
    CHECK(ksef_error_number(NULL) == 0);
    CHECK(ksef_error_message(NULL, KSEF_LANGUAGE_POLISH) == NULL);
    CHECK(ksef_outcome_kind(NULL) == 0);
    CHECK(ksef_outcome_ksef_number(NULL) == NULL);
    CHECK(ksef_session_reference_number(NULL) == NULL);
}

static void bad_text_is_refused(void)
{
    ksef_config *config = ksef_config_new();
    CHECK_STATUS(1902, ksef_config_set_token(config, "\xC3\x28", error));
    CHECK_STATUS(1902, ksef_config_set_context(config, "Nip", "\xFF", error));
    CHECK_STATUS(1903, ksef_config_set_environment(config, "staging", error));
    CHECK_STATUS(1002, ksef_config_set_context(config, "Nip", "5265877636", error));
    CHECK_STATUS(1002, ksef_config_set_context(config, "Nip", "526-587-76-35", error));
    CHECK_STATUS(1010, ksef_config_set_token(config, "", error));
    CHECK_STATUS(1015, ksef_config_set_hosts(config, "127.0.0.1", NULL, NULL, error));
    CHECK_STATUS(1016, ksef_config_set_proxy(config, "gopher://x", error));
    ksef_config_free(config);
}

static void records_of_another_size_are_refused(void)
{
    ksef_config *config = ksef_config_new();
    ksef_client *client = NULL;
    CHECK_OK(ksef_config_set_environment(config, "test", error));
    CHECK_OK(ksef_client_new(config, &client, error));
    ksef_call call = {0};
    call.size = 1;
    CHECK_STATUS(1903, ksef_client_log_in(client, &call, error));
    ksef_client_free(client);
    ksef_config_free(config);
}

static void errors_speak_two_languages(void)
{
    ksef_config *config = ksef_config_new();
    ksef_error *error = NULL;
    CHECK(ksef_config_set_context(config, "Nip", "1", &error) == 1002);
    CHECK(strstr(ksef_error_message(error, KSEF_LANGUAGE_ENGLISH), "NIP") != NULL);
    CHECK(strcmp(ksef_error_message(error, KSEF_LANGUAGE_ENGLISH), ksef_error_message(error, KSEF_LANGUAGE_POLISH)) != 0);
    CHECK(strlen(ksef_error_advice(error, KSEF_LANGUAGE_POLISH)) > 0);
    CHECK(ksef_error_was_sent(error) == 0);
    CHECK(ksef_error_is_retryable(error) == 0);
    CHECK(ksef_error_http_status(error) == 0);
    CHECK(ksef_error_ksef_code(error) == 0);
    CHECK(ksef_error_retry_after_ms(error) == -1);
    CHECK(ksef_error_operation(error) == NULL);
    ksef_bytes json = {0};
    CHECK(ksef_error_json(error, &json) == 0);
    CHECK(strstr((const char *)json.data, "\"number\":1002") != NULL);
    CHECK(strlen((const char *)json.data) == json.length);
    ksef_bytes_free(&json);
    ksef_error_free(error);
    ksef_config_free(config);
}

int main(void)
{
    CHECK(ksef_abi_version() == KSEF_ABI_VERSION);
    CHECK(strlen(ksef_version()) >= 5);
    null_is_refused();
    free_of_nothing_is_allowed();
    bad_text_is_refused();
    records_of_another_size_are_refused();
    errors_speak_two_languages();
    return finish();
}
