import { useTranslation } from 'react-i18next';

import { Page, PageHeader } from '@/ui';

import { Details } from './Details';
import { Password } from './Password';
import { SecondFactor } from './SecondFactor';
import { Sessions } from './Sessions';

export default function ProfilePage() {
  const { t } = useTranslation('profile');
  return (
    <Page narrow>
      <PageHeader title={t('title')} description={t('description')} />
      <Details />
      <Password />
      <SecondFactor />
      <Sessions />
    </Page>
  );
}
