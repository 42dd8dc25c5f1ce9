/*
 * Contract: a client and a session may be used by many threads at once and share one login; a cancel token ends a call
 * from another thread; a timeout ends it by itself; both leave the handles usable.
 */
#include "check.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 8 };

static ksef_client *client_for(const char *url)
{
    ksef_config *config = ksef_config_new();
    ksef_client *client = NULL;
    CHECK_OK(ksef_config_set_hosts(config, url, NULL, NULL, error));
    CHECK_OK(ksef_config_set_context(config, "Nip", "5265877635", error));
    CHECK_OK(ksef_config_set_token(config, setting("KSEF_TOKEN"), error));
    CHECK_OK(ksef_client_new(config, &client, error));
    ksef_config_free(config);
    return client;
}

struct work {
    const ksef_client *client;
    ksef_status status;
};

static void *log_in(void *argument)
{
    struct work *work = argument;
    work->status = ksef_client_log_in(work->client, NULL, NULL);
    return NULL;
}

static void many_threads_share_one_login(void)
{
    ksef_client *client = client_for(setting("KSEF_URL"));
    pthread_t threads[THREADS];
    struct work work[THREADS];
    for (int i = 0; i < THREADS; i++) {
        work[i] = (struct work){client, 1};
        CHECK(pthread_create(&threads[i], NULL, log_in, &work[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        CHECK(work[i].status == 0);
    }
    ksef_client_free(client);
}

struct waiting {
    const ksef_client *client;
    ksef_call call;
    ksef_status status;
    int was_retryable;
};

static void *wait_for_silence(void *argument)
{
    struct waiting *waiting = argument;
    ksef_error *error = NULL;
    waiting->status = ksef_client_log_in(waiting->client, &waiting->call, &error);
    waiting->was_retryable = ksef_error_is_retryable(error);
    ksef_error_free(error);
    return NULL;
}

/* KSEF_SILENT_URL accepts connections and never answers. */
static void a_token_cancels_a_call(void)
{
    ksef_client *client = client_for(setting("KSEF_SILENT_URL"));
    ksef_cancel *cancel = ksef_cancel_new();
    struct waiting waiting = {client, {sizeof(ksef_call), 0, cancel}, 0, 0};
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, wait_for_silence, &waiting) == 0);
    usleep(200 * 1000);
    ksef_cancel_now(cancel);
    pthread_join(thread, NULL);
    CHECK(waiting.status >= 2000 && waiting.status < 3000);

    ksef_call later = {sizeof(ksef_call), 0, cancel};
    CHECK(ksef_client_log_in(client, &later, NULL) == waiting.status);
    ksef_cancel_free(cancel);
    ksef_client_free(client);
}

static void a_timeout_ends_a_call(void)
{
    ksef_client *client = client_for(setting("KSEF_SILENT_URL"));
    ksef_call call = {sizeof(ksef_call), 300, NULL};
    ksef_status status = ksef_client_log_in(client, &call, NULL);
    CHECK(status >= 2000 && status < 3000);
    ksef_client_free(client);
}

int main(void)
{
    many_threads_share_one_login();
    a_token_cancels_a_call();
    a_timeout_ends_a_call();
    return finish();
}
