//! The connection to the service: set up when first needed, asked again where that is right.

use std::borrow::Cow;
use std::cell::RefCell;
use std::future::Future;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::Builder;
use aws_sdk_secretsmanager::config::http::HttpResponse;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use tokio::sync::OnceCell;

use super::failure::Failure;
use super::http::{self, BoundedAnswers};
use super::retry;
use super::settings::Settings;
use crate::rng::Rng;
use crate::store::Error;

/// How many calls are under way at once at most: enough to hide the latency, and below the 50 writes a second that
/// AWS allows an account.
pub const CONCURRENCY: usize = 16;

/// The service, for one place in it.
pub struct Service {
    /// The place.
    pub settings: Settings,
    sdk: OnceCell<Sdk>,
    // One thread, and never borrowed across a wait.
    rng: RefCell<Rng>,
}

/// What the SDK made of its configuration.
pub struct Sdk {
    /// The shared configuration: region and credentials.
    pub config: SdkConfig,
    /// The client.
    pub client: Client,
    /// The server, for a person.
    pub address: String,
}

impl Service {
    /// Nothing is sent yet.
    pub fn new(settings: Settings, rng: Rng) -> Self {
        Self { settings, sdk: OnceCell::new(), rng: RefCell::new(rng) }
    }

    /// The SDK's client, set up by the first call. What the settings do not say, the SDK finds as every AWS tool
    /// does, and reads the process's environment, `~/.aws` and the metadata of the machine itself for it: the rooms
    /// of envward do not, but a credential chain of our own would be another one than the user knows.
    ///
    /// # Errors
    /// [`Error::Configuration`] if there is no region.
    pub async fn sdk(&self) -> Result<&Sdk, Error> {
        self.sdk.get_or_try_init(|| Box::pin(self.connect())).await
    }

    /// The client; only after [`Service::sdk`].
    pub fn client(&self) -> Result<&Client, Failure> {
        self.sdk.get().map(|sdk| &sdk.client).ok_or(Failure::Unreachable("it was not connected to"))
    }

    async fn connect(&self) -> Result<Sdk, Error> {
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http::client());
        if let Some(region) = &self.settings.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(credentials) = &self.settings.credentials {
            loader = loader.credentials_provider(credentials.clone());
        }
        let config = loader.load().await;
        let Some(region) = config.region().filter(|region| !region.as_ref().is_empty()) else {
            let message = "no AWS region is configured".to_owned();
            let help = "write region = \"…\" to the store in envward.toml, or set AWS_REGION".to_owned();
            return Err(Error::Configuration { message, help: Some(help) });
        };
        let address = match &self.settings.endpoint {
            Some(endpoint) => endpoint.clone(),
            None => format!("AWS Secrets Manager in {region}"),
        };
        // The endpoint is set here and not above: it is this service's, and must not get the logins of others.
        // Asking again is ours, so that it waits for throttling alone.
        let mut builder = Builder::from(&config)
            .timeout_config(http::timeouts())
            .retry_config(RetryConfig::disabled())
            .interceptor(BoundedAnswers);
        if let Some(endpoint) = &self.settings.endpoint {
            builder = builder.endpoint_url(endpoint);
        }
        Ok(Sdk { client: Client::from_conf(builder.build()), config, address })
    }

    /// The server, for a person.
    pub fn address(&self) -> Cow<'_, str> {
        match self.sdk.get() {
            Some(sdk) => Cow::Borrowed(&sdk.address),
            None => Cow::Owned(self.settings.address()),
        }
    }

    /// Sends a call, and again where that can help.
    pub async fn call<T, E, F>(&self, send: impl Fn() -> F) -> Result<T, Failure>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let mut times = 0;
        loop {
            let failure = match Box::pin(send()).await {
                Ok(answer) => return Ok(answer),
                Err(error) => Failure::of(&error),
            };
            times += 1;
            // Without random bytes nothing is lost but the spreading of clients: it is not sent again.
            let pause = retry::pause(failure, times, &mut self.rng.borrow_mut()).ok().flatten();
            let Some(pause) = pause else { return Err(failure) };
            tokio::time::sleep(pause).await;
        }
    }

    /// The error of a call that changes nothing.
    pub fn error(&self, failure: Failure, action: &'static str, path: &str) -> Error {
        failure.error(&self.address(), action, path)
    }

    /// The error of a call that changes something.
    pub fn error_of_write(&self, failure: Failure, action: &'static str, path: &str) -> Error {
        failure.error_of_write(&self.address(), action, path)
    }
}

/// What the asynchronous calls of one store run on: one thread, that of the caller.
pub struct Runtime(tokio::runtime::Runtime);

impl Runtime {
    /// One thread's worth.
    ///
    /// # Errors
    /// The operating system gives no more resources.
    pub fn new() -> Result<Self, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map(Self).map_err(|_| Error::Unreachable {
            address: "AWS Secrets Manager".to_owned(),
            reason: "the operating system gives no more resources".to_owned(),
        })
    }

    /// Connects if need be, and does the work.
    pub fn run<T>(
        &self,
        service: &Service,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        self.wait(async {
            service.sdk().await?;
            work.await
        })
    }

    /// Does the work.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.0.block_on(Box::pin(work))
    }
}
