/*
 * Contract: the list of operations can be read; each can be called by its name with JSON; a wrong name, parameter or field
 * is misuse that names it and sends nothing; documents come as their exact bytes; the typed functions agree with the calls.
 */
#include "check.h"

static ksef_client *client_by_seal(void)
{
    ksef_bytes certificate = {0}, key = {0};
    ksef_config *config = ksef_config_new();
    ksef_client *client = NULL;
    CHECK_OK(ksef_test_seal("5265877635", "Operations", KSEF_KEY_P256, &certificate, &key, error));
    CHECK_OK(ksef_config_set_hosts(config, setting("KSEF_URL"), NULL, NULL, error));
    CHECK_OK(ksef_config_set_context(config, "Nip", "5265877635", error));
    CHECK_OK(ksef_config_set_certificate(config, (char *)certificate.data, (char *)key.data, NULL, error));
    CHECK_OK(ksef_client_new(config, &client, error));
    ksef_bytes_free(&certificate);
    ksef_bytes_free(&key);
    ksef_config_free(config);
    return client;
}

static int contains(const ksef_bytes *told, const char *piece)
{
    return told->data != NULL && strstr((const char *)told->data, piece) != NULL;
}

/* The text of a field of flat JSON, such as "referenceNumber". */
static void field(const ksef_bytes *json, const char *name, char *out, size_t size)
{
    char pattern[64];
    snprintf(pattern, sizeof pattern, "\"%s\":\"", name);
    const char *start = strstr((const char *)json->data, pattern);
    out[0] = 0;
    if (start == NULL)
        return;
    start += strlen(pattern);
    size_t length = strcspn(start, "\"");
    snprintf(out, size, "%.*s", (int)length, start);
}

static void the_list_can_be_read(void)
{
    ksef_bytes list = {0};
    CHECK_OK(ksef_operations(&list, error));
    CHECK(list.data[0] == '[');
    CHECK(contains(&list, "\"id\":\"sessions.open_online\""));
    CHECK(contains(&list, "\"name\":\"continuationToken\""));
    size_t count = 0;
    for (const char *at = (const char *)list.data; (at = strstr(at, "\"summary\":")) != NULL; at++)
        count++;
    CHECK(count == 83);
    ksef_bytes_free(&list);
    CHECK_STATUS(1901, ksef_operations(NULL, error));
}

static void refused(ksef_client *client, ksef_status expected, const char *operation, const char *input, const char *named)
{
    ksef_bytes out = {0};
    ksef_error *error = NULL;
    CHECK(ksef_client_call(client, operation, input, NULL, &out, &error) == expected);
    CHECK(strstr(ksef_error_message(error, KSEF_LANGUAGE_ENGLISH), named) != NULL);
    CHECK(ksef_error_was_sent(error) == 0);
    CHECK(out.data == NULL);
    ksef_error_free(error);
}

static void misuse_is_named(ksef_client *client)
{
    ksef_bytes out = {0};
    refused(client, 1001, "tokens.make", NULL, "tokens.make");
    refused(client, 1001, "tokens.list", "{\"pages\":1}", "pages");
    refused(client, 1001, "tokens.list", "[]", "input");
    refused(client, 1001, "tokens.list", "{", "input_json");
    refused(client, 1001, "tokens.status", NULL, "referenceNumber");
    refused(client, 1020, "tokens.generate", "{\"body\":{\"permissions\":[\"InvoiceRead\"]}}", "description");
    CHECK_STATUS(1901, ksef_client_call(NULL, "tokens.list", NULL, NULL, &out, error));
    CHECK_STATUS(1901, ksef_client_call(client, NULL, NULL, NULL, &out, error));
    CHECK_STATUS(1901, ksef_client_call(client, "tokens.list", NULL, NULL, NULL, error));
    CHECK_STATUS(1902, ksef_client_call(client, "\xFF", NULL, NULL, &out, error));
}

static void a_token_lives_and_ends(ksef_client *client)
{
    ksef_bytes told = {0}, same = {0};
    char reference[64], input[128];
    CHECK_OK(ksef_tokens_generate(client, "InvoiceRead, InvoiceWrite", "from C", NULL, &told, error));
    CHECK(contains(&told, "\"token\":\""));
    field(&told, "referenceNumber", reference, sizeof reference);
    CHECK(strlen(reference) == 36);
    ksef_bytes_free(&told);

    CHECK_OK(ksef_tokens_status(client, reference, NULL, &told, error));
    CHECK(contains(&told, "from C"));
    snprintf(input, sizeof input, "{\"referenceNumber\":\"%s\"}", reference);
    CHECK_OK(ksef_client_call(client, "tokens.status", input, NULL, &same, error));
    CHECK(told.length == same.length && contains(&same, reference));
    ksef_bytes_free(&told);
    ksef_bytes_free(&same);
    CHECK_OK(ksef_tokens_list(client, 10, NULL, NULL, &told, error));
    CHECK(contains(&told, reference));
    ksef_bytes_free(&told);
    CHECK_STATUS(1020, ksef_tokens_list(client, 5, NULL, NULL, &told, error));
    CHECK_STATUS(1020, ksef_tokens_generate(client, "InvoiceRead", "x", NULL, &told, error));

    CHECK_OK(ksef_tokens_revoke(client, reference, NULL, error));
    CHECK_STATUS(1008, ksef_tokens_revoke(client, "", NULL, error));
    CHECK_OK(ksef_client_call(client, "tokens.revoke", input, NULL, &told, error));
    CHECK(told.data != NULL && told.length == 0);
    ksef_bytes_free(&told);
}

static void limits_and_permissions_are_told(ksef_client *client)
{
    ksef_bytes told = {0};
    CHECK_OK(ksef_limits_context(client, NULL, &told, error));
    CHECK(contains(&told, "\"onlineSession\""));
    ksef_bytes_free(&told);
    CHECK_OK(ksef_limits_subject(client, NULL, &told, error));
    CHECK(told.data[0] == '{');
    ksef_bytes_free(&told);
    CHECK_OK(ksef_limits_rates(client, NULL, &told, error));
    CHECK(contains(&told, "\"perSecond\""));
    ksef_bytes_free(&told);
    CHECK_OK(ksef_permissions_attachment_status(client, NULL, &told, error));
    CHECK(told.data[0] == '{');
    ksef_bytes_free(&told);
    ksef_status unknown =
        ksef_permissions_operation_status(client, "20260101-EG-0000000000-0000000000-00", NULL, &told, NULL);
    CHECK(unknown >= 4000 && unknown < 5000);
    CHECK_STATUS(1901, ksef_permissions_operation_status(client, NULL, NULL, &told, error));
}

static void documents_come_as_bytes(ksef_client *client)
{
    size_t length;
    char *invoice = read_file(setting("KSEF_EXAMPLE_INVOICE"), &length);
    ksef_session *session = NULL;
    ksef_outcome *outcome = NULL;
    ksef_bytes upo = {0}, same = {0};
    char input[256];
    CHECK_OK(ksef_client_open_session(client, NULL, NULL, &session, error));
    CHECK_OK(ksef_session_send(session, (const uint8_t *)invoice, length, NULL, NULL, &outcome, error));
    CHECK(ksef_outcome_ksef_number(outcome) != NULL);
    CHECK_OK(ksef_outcome_upo(outcome, &upo, error));
    snprintf(input, sizeof input, "{\"referenceNumber\":\"%s\",\"ksefNumber\":\"%s\"}",
             ksef_session_reference_number(session), ksef_outcome_ksef_number(outcome));
    CHECK_OK(ksef_client_call(client, "sessions.upo_by_ksef_number", input, NULL, &same, error));
    CHECK(upo.length == same.length && memcmp(upo.data, same.data, upo.length) == 0);
    ksef_bytes_free(&upo);
    ksef_bytes_free(&same);
    ksef_outcome_free(outcome);
    ksef_session_free(session);
    free(invoice);
}

int main(void)
{
    ksef_client *client = client_by_seal();
    the_list_can_be_read();
    misuse_is_named(client);
    a_token_lives_and_ends(client);
    limits_and_permissions_are_told(client);
    documents_come_as_bytes(client);
    ksef_client_free(client);
    return finish();
}
