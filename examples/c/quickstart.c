#include <ksef.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    static uint8_t invoice[1000000];
    size_t length = fread(invoice, 1, sizeof invoice, fopen("invoice.xml", "rb"));
    ksef_error *error = NULL;
    ksef_config *config = ksef_config_new();
    ksef_client *client = NULL;
    ksef_session *session = NULL;
    ksef_outcome *outcome = NULL;

    if (ksef_config_set_hosts(config, getenv("KSEF_URL"), NULL, NULL, &error) ||
        ksef_config_set_context(config, "Nip", "5265877635", &error) ||
        ksef_config_set_token(config, getenv("KSEF_TOKEN"), &error) ||
        ksef_client_new(config, &client, &error) ||
        ksef_client_open_session(client, "FA (3)", NULL, &session, &error) ||
        ksef_session_send(session, invoice, length, NULL, NULL, &outcome, &error) ||
        ksef_session_close(session, NULL, &error))
        fprintf(stderr, "%s\n", ksef_error_message(error, KSEF_LANGUAGE_ENGLISH));
    else if (ksef_outcome_kind(outcome) == KSEF_OUTCOME_ACCEPTED)
        printf("%s\n", ksef_outcome_ksef_number(outcome));

    ksef_outcome_free(outcome);
    ksef_session_free(session);
    ksef_client_free(client);
    ksef_config_free(config);
    ksef_error_free(error);
    return outcome == NULL;
}
