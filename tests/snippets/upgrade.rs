use settings_core::reference::ServerSettings;
