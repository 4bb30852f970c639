import { useTranslation } from 'react-i18next';

import { useSession } from '@/session';
import { Page, PageHeader, Section } from '@/ui';

import { Details } from './Details';
import { Password } from './Password';
import { SecondFactor } from './SecondFactor';
import { Sessions } from './Sessions';

export default function ProfilePage() {
  const { t } = useTranslation('profile');
  const { person } = useSession();
  return (
    <Page narrow>
      <PageHeader title={t('title')} description={t('description')} />
      <Details />
      {person?.hasPassword ? (
        <>
          <Password />
          <SecondFactor />
        </>
      ) : (
        <Section title={t('signIn')} description={t('signInElsewhere')} />
      )}
      <Sessions />
    </Page>
  );
}
