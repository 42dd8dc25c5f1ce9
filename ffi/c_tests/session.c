/*
 * Contract: one invoice goes the whole way by a certificate made here and by a token; a refused one says why; a closed
 * session refuses; the UPO's signature is checked; a file that KSeF would refuse unread does not leave.
 */
#include "check.h"

static const uint8_t *bytes(const char *text)
{
    return (const uint8_t *)text;
}

static ksef_client *client_by_certificate(void)
{
    ksef_bytes certificate = {0}, key = {0};
    ksef_config *config = ksef_config_new();
    ksef_client *client = NULL;
    CHECK_OK(ksef_test_seal("5265877635", "Zażółć", KSEF_KEY_P256, &certificate, &key, error));
    CHECK_OK(ksef_config_set_hosts(config, setting("KSEF_URL"), NULL, NULL, error));
    CHECK_OK(ksef_config_set_context(config, "Nip", "5265877635", error));
    CHECK_OK(ksef_config_set_certificate(config, (char *)certificate.data, (char *)key.data, NULL, error));
    CHECK_OK(ksef_config_set_user_agent(config, "c-tests/1.0", error));
    CHECK_OK(ksef_client_new(config, &client, error));
    ksef_bytes_free(&certificate);
    ksef_bytes_free(&key);
    ksef_config_free(config);
    return client;
}

static ksef_client *client_by_token(void)
{
    ksef_config *config = ksef_config_new();
    ksef_client *client = NULL;
    CHECK_OK(ksef_config_set_hosts(config, setting("KSEF_URL"), NULL, NULL, error));
    CHECK_OK(ksef_config_set_context(config, "Nip", "5265877635", error));
    CHECK_OK(ksef_config_set_token(config, setting("KSEF_TOKEN"), error));
    CHECK_OK(ksef_client_new(config, &client, error));
    ksef_config_free(config);
    return client;
}

static void an_invoice_goes_the_whole_way(void)
{
    size_t length;
    char *invoice = read_file(setting("KSEF_INVOICE"), &length);
    ksef_client *client = client_by_certificate();
    ksef_session *session = NULL;
    ksef_outcome *outcome = NULL;
    ksef_bytes upo = {0}, same = {0}, told = {0};

    CHECK_OK(ksef_client_log_in(client, NULL, error));
    CHECK_OK(ksef_client_open_session(client, NULL, NULL, &session, error));
    CHECK(strlen(ksef_session_reference_number(session)) == 36);
    CHECK_OK(ksef_session_send(session, bytes(invoice), length, NULL, NULL, &outcome, error));
    CHECK(ksef_outcome_kind(outcome) == KSEF_OUTCOME_ACCEPTED);
    CHECK(ksef_outcome_code(outcome) == 200);
    CHECK(ksef_outcome_resume_token(outcome) == NULL);
    const char *number = ksef_outcome_ksef_number(outcome);
    CHECK(number != NULL && strlen(number) == 35);

    CHECK_OK(ksef_outcome_upo(outcome, &upo, error));
    CHECK_OK(ksef_session_upo_by_ksef_number(session, number, NULL, &same, error));
    CHECK(upo.length == same.length && memcmp(upo.data, same.data, upo.length) == 0);
    ksef_bytes_free(&same);
    CHECK_OK(ksef_session_upo_by_invoice(session, ksef_outcome_invoice_reference(outcome), NULL, &same, error));
    CHECK(upo.length == same.length && memcmp(upo.data, same.data, upo.length) == 0);
    ksef_bytes_free(&same);

    CHECK_OK(ksef_upo_verify(upo.data, upo.length, &told, error));
    CHECK(strstr((char *)told.data, number) != NULL);
    ksef_bytes_free(&told);
    char *place = strstr((char *)upo.data, number);
    CHECK(place != NULL);
    if (place != NULL)
        place[0] = place[0] == '1' ? '2' : '1';
    ksef_status changed = ksef_upo_verify(upo.data, upo.length, &told, NULL);
    CHECK(changed >= 5000 && changed < 6000);

    CHECK_OK(ksef_session_invoices(session, NULL, &told, error));
    CHECK(strstr((char *)told.data, number) != NULL);
    ksef_bytes_free(&told);
    CHECK_OK(ksef_session_close(session, NULL, error));
    CHECK_OK(ksef_session_close(session, NULL, error));
    CHECK_OK(ksef_session_status(session, NULL, &told, error));
    CHECK(strstr((char *)told.data, "\"status\"") != NULL);

    ksef_outcome *late = (ksef_outcome *)1;
    ksef_status closed = ksef_session_send(session, bytes(invoice), length, NULL, NULL, &late, NULL);
    CHECK(closed >= 1000 && closed < 5000);
    CHECK(late == NULL);

    ksef_bytes_free(&told);
    ksef_bytes_free(&upo);
    ksef_outcome_free(outcome);
    ksef_session_free(session);
    ksef_client_free(client);
    free(invoice);
}

static void a_refused_invoice_says_why(void)
{
    size_t length;
    char *invoice = read_file(setting("KSEF_FUTURE_INVOICE"), &length);
    ksef_client *client = client_by_token();
    ksef_session *session = NULL;
    ksef_outcome *outcome = NULL;
    ksef_bytes told = {0};

    CHECK_OK(ksef_client_open_session(client, "FA (3)", NULL, &session, error));
    CHECK_OK(ksef_session_send(session, bytes(invoice), length, NULL, NULL, &outcome, error));
    CHECK(ksef_outcome_kind(outcome) == KSEF_OUTCOME_REJECTED);
    CHECK(ksef_outcome_code(outcome) == 450);
    CHECK(ksef_outcome_ksef_number(outcome) == NULL);
    CHECK(ksef_outcome_description(outcome) != NULL);
    CHECK_OK(ksef_outcome_json(outcome, &told, error));
    ksef_bytes_free(&told);
    CHECK_OK(ksef_session_failed_invoices(session, NULL, &told, error));
    CHECK(strstr((char *)told.data, "450") != NULL);
    ksef_bytes_free(&told);
    CHECK_OK(ksef_client_auth_sessions(client, NULL, &told, error));
    CHECK(strstr((char *)told.data, "\"isCurrent\":true") != NULL);
    ksef_bytes_free(&told);
    CHECK_OK(ksef_client_warnings(client, &told, error));
    CHECK(strcmp((char *)told.data, "[]") == 0);

    ksef_bytes_free(&told);
    ksef_outcome_free(outcome);
    ksef_session_free(session);
    CHECK_OK(ksef_client_log_out(client, NULL, error));
    ksef_client_free(client);
    free(invoice);
}

static void bad_bytes_do_not_leave(void)
{
    ksef_client *client = client_by_token();
    ksef_session *session = NULL;
    ksef_outcome *outcome = NULL;
    CHECK_OK(ksef_client_open_session(client, NULL, NULL, &session, error));
    const char *bad[] = {"", "\xEF\xBB\xBF<Faktura/>", "<Faktura>\xB3</Faktura>", "<?xml version=\"1.0\"?><?pi x?><Faktura/>", "<Faktura>"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ksef_error *error = NULL;
        ksef_status status = ksef_session_send(session, bytes(bad[i]), strlen(bad[i]), NULL, NULL, &outcome, &error);
        CHECK(status >= 6000 && status < 7000);
        CHECK(ksef_error_was_sent(error) == 0);
        CHECK(outcome == NULL);
        ksef_error_free(error);
    }
    ksef_session_free(session);
    ksef_client_free(client);
}

int main(void)
{
    an_invoice_goes_the_whole_way();
    a_refused_invoice_says_why();
    bad_bytes_do_not_leave();
    return finish();
}
